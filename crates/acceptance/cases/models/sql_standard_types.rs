use whimbrel::Table;

#[derive(Table)]
struct Standard {
    #[column(primary_key)]
    id: i32,
    #[column(type = "BIGINT")]
    a: Option<i64>,
    #[column(type = "SMALLINT")]
    b: Option<i16>,
    #[column(type = "CHAR(3)")]
    c: Option<String>,
    #[column(max_length = 9)]
    d: Option<String>,
    #[column(type = "TEXT")]
    e: Option<String>,
    #[column(precision = 7, scale = 1)]
    f: Option<rust_decimal::Decimal>,
    #[column(type = "DECIMAL(6, 3)")]
    g: Option<rust_decimal::Decimal>,
    h: Option<f32>,
    #[column(type(sqlite = "FLOAT", postgres = "FLOAT(12)"))]
    i: Option<f32>,
    #[column(type = "DOUBLE PRECISION")]
    j: Option<f64>,
    #[column(type(sqlite = "TIMESTAMP"))]
    k: Option<chrono::DateTime<chrono::Utc>>,
    #[column(type(sqlite = "TIMESTAMP"))]
    l: Option<chrono::NaiveDateTime>,
    m: Option<chrono::NaiveDate>,
    n: Option<chrono::NaiveTime>,
    o: Option<bool>,
    #[column(type = "UUID")]
    p: Option<uuid::Uuid>,
}
