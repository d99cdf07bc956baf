use chrono::{DateTime, Utc};
use whimbrel::{DbType, Table};

#[derive(DbType)]
struct UtcDateTime(DateTime<Utc>);

#[derive(DbType)]
struct ShortString<const LENGTH: usize>(String);

#[derive(DbType)]
#[db_type(type = "TEXT")]
struct Base64(Vec<u8>);

#[derive(DbType)]
struct LongBase64(Base64);

#[derive(DbType)]
#[db_type(type(sqlite = "CHAR(32)", postgres = "UUID"))]
struct Guid([u8; 16]);

#[derive(DbType)]
#[db_type(type(sqlite = "TEXT", postgres = "JSONB"))]
struct JsonEncoded<T>(T);

#[derive(Table)]
struct Decorated {
    #[column(primary_key)]
    id: Guid,
    at: UtcDateTime,
    #[column(type = "VARCHAR(16)")]
    name: Option<ShortString<16>>,
    unbounded: Option<ShortString<0>>,
    blob: Option<LongBase64>,
    data: Option<JsonEncoded<Vec<String>>>,
    number: Option<i32>,
}
