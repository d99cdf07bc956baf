use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use whimbrel::Table;

#[derive(Table)]
struct Sensor {
    #[column(primary_key, name = "sensor_id", type(sqlite = "SMALLINT"))]
    id: i16,
    #[column(max_length = 40, unique, index)]
    name: String,
    #[column(type = "TEXT")]
    note: Option<String>,
    #[column(type(postgres = "FLOAT(24)"))]
    reading: Option<f64>,
    #[column(precision = 12, scale = 3)]
    exact: Decimal,
    #[column(default = true)]
    active: bool,
    raw: Option<Vec<u8>>,
    #[column(type = "JSON")]
    extra: serde_json::Value,
    #[column(default_sql(sqlite = "CURRENT_TIMESTAMP", postgres = "now()"))]
    seen: Option<DateTime<Utc>>,
}
