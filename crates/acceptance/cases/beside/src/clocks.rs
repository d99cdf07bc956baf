//! The types of the crates that people use, by their own paths and by imports.

use bigdecimal::BigDecimal;
use bytes::Bytes;
use jiff::civil;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time};
use whimbrel::Table;

#[derive(Table)]
pub struct Moment {
    #[column(primary_key)]
    id: uuid::Uuid,
    chrono_moment: chrono::DateTime<chrono::Utc>,
    chrono_local: Option<chrono::DateTime<chrono::FixedOffset>>,
    chrono_clock: chrono::NaiveDateTime,
    chrono_day: chrono::NaiveDate,
    chrono_hour: chrono::NaiveTime,
    #[column(type(sqlite = "INTEGER"))]
    chrono_span: chrono::TimeDelta,
    time_moment: OffsetDateTime,
    time_clock: PrimitiveDateTime,
    time_day: Option<Date>,
    time_hour: Time,
    #[column(type(sqlite = "INTEGER"))]
    time_span: time::Duration,
    jiff_moment: jiff::Timestamp,
    jiff_clock: civil::DateTime,
    jiff_day: civil::Date,
    jiff_hour: civil::Time,
    #[column(type(sqlite = "INTEGER"))]
    jiff_span: jiff::SignedDuration,
    std_moment: std::time::SystemTime,
    #[column(type(sqlite = "INTEGER"))]
    std_span: std::time::Duration,
    #[column(precision = 12, scale = 2)]
    price: rust_decimal::Decimal,
    exact: BigDecimal,
    document: serde_json::Value,
    raw: Bytes,
    digest: [u8; 32],
    #[column(type(sqlite = "TEXT"))]
    address: std::net::IpAddr,
    #[column(type(sqlite = "TEXT"))]
    network: ipnet::IpNet,
    #[column(type(sqlite = "JSON"))]
    tags: Vec<String>,
}
