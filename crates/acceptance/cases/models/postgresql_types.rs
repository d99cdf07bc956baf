use whimbrel::Table;

#[derive(Table)]
struct Types {
    #[column(primary_key)]
    id: uuid::Uuid,
    #[column(type = "JSON")]
    json: Option<serde_json::Value>,
    jsonb: serde_json::Value,
    integers: Option<Vec<i32>>,
    #[column(type = "VARCHAR(10)[][]")]
    grid: Option<Vec<Vec<String>>>,
    #[column(type = "TEXT[]", default = "{}")]
    words: Option<Vec<String>>,
    address: Option<std::net::IpAddr>,
    #[column(type = "CIDR")]
    network: Option<String>,
    #[column(type = "MACADDR")]
    mac: Option<String>,
    span: Option<chrono::TimeDelta>,
    #[column(type = "INTERVAL (3)")]
    precise: Option<chrono::TimeDelta>,
    #[column(type = "INTERVAL DAY TO SECOND")]
    day_span: Option<chrono::TimeDelta>,
    #[column(type = "BIT(8)")]
    bits: Option<String>,
    #[column(type = "BIT VARYING")]
    bits_varying: Option<String>,
    raw: Option<Vec<u8>>,
    #[column(type = "MONEY")]
    cash: Option<i64>,
    #[column(type = "OID")]
    identifier: Option<u32>,
    #[column(type = "TSVECTOR")]
    search: Option<String>,
    #[column(type = "DATERANGE")]
    days: Option<String>,
    #[column(type = "TSTZRANGE")]
    moments: Option<String>,
    #[column(type = "NUMRANGE")]
    numbers: Option<String>,
    #[column(type = "INT4RANGE")]
    range4: Option<String>,
    #[column(type = "TIMESTAMP(3) WITH TIME ZONE")]
    stamp: Option<chrono::DateTime<chrono::Utc>>,
    #[column(type = "TIME(0) WITHOUT TIME ZONE")]
    clock: Option<chrono::NaiveTime>,
}
