use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use whimbrel::Table;

#[derive(Table)]
struct Everything {
    #[column(primary_key)]
    id: i32,
    a_text: String,
    a_maybe_text: Option<String>,
    an_int: i32,
    a_maybe_int: Option<i32>,
    a_float: f64,
    a_maybe_float: Option<f64>,
    a_bool: bool,
    a_maybe_bool: Option<bool>,
    a_datetime: DateTime<Utc>,
    a_date: NaiveDate,
    a_time: NaiveTime,
    #[column(type(sqlite = "DATETIME"))]
    a_delta: TimeDelta,
    a_decimal: rust_decimal::Decimal,
    a_uuid: uuid::Uuid,
    a_maybe_uuid: Option<uuid::Uuid>,
    some_bytes: Vec<u8>,
    #[column(type = "VARCHAR")]
    a_path: std::path::PathBuf,
}
