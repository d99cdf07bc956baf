use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use whimbrel::Table;

#[derive(Table)]
struct Types {
    #[column(primary_key)]
    id: i32,
    #[column(type(sqlite = "SMALLINT"))]
    small: Option<i16>,
    #[column(type(sqlite = "BIGINT"))]
    big: Option<i64>,
    number: Option<Decimal>,
    #[column(precision = 10)]
    number_10: Option<Decimal>,
    #[column(precision = 10, scale = 2)]
    number_10_2: Option<Decimal>,
    real: Option<f64>,
    #[column(type(postgres = "FLOAT(53)"))]
    real_53: Option<f64>,
    #[column(type(sqlite = "DOUBLE"))]
    double: Option<f64>,
    #[column(type = "TEXT")]
    text: Option<String>,
    #[column(type = "TEXT")]
    unicode_text: Option<String>,
    string: Option<String>,
    #[column(max_length = 40)]
    string_40: Option<String>,
    #[column(max_length = 40)]
    unicode_40: Option<String>,
    boolean: Option<bool>,
    date: Option<NaiveDate>,
    time: Option<NaiveTime>,
    #[column(type(postgres = "TIME WITH TIME ZONE"))]
    time_zone: Option<NaiveTime>,
    moment: Option<NaiveDateTime>,
    moment_zone: Option<DateTime<Utc>>,
    #[column(type(sqlite = "DATETIME"))]
    interval: Option<TimeDelta>,
    binary: Option<Vec<u8>>,
    binary_16: Option<[u8; 16]>,
    pickle: Option<Vec<u8>>,
    #[column(type = "JSON")]
    json: Option<serde_json::Value>,
    uuid: Option<uuid::Uuid>,
    #[column(type = "CHAR(32)")]
    uuid_text: Option<String>,
}
