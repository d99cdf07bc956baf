use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use whimbrel::Table;

#[derive(Table)]
#[table(name = "user_account")]
struct User {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 30)]
    name: String,
    fullname: Option<String>,
    #[column(max_length = 64, unique)]
    nickname: Option<String>,
    forced: String,
    loose: Option<String>,
    #[column(type(sqlite = "BIGINT"))]
    big: i64,
    #[column(precision = 8, scale = 2)]
    price: Decimal,
    #[column(default_sql(sqlite = "CURRENT_TIMESTAMP", postgres = "now()"))]
    at: DateTime<Utc>,
    day: NaiveDate,
    key: uuid::Uuid,
    flag: bool,
    blob: Option<Vec<u8>>,
    #[column(type = "TEXT")]
    untyped: Option<String>,
    #[column(name = "other_column", type = "TEXT")]
    other: String,
    #[column(skip)]
    addresses: Vec<Address>,
}

#[derive(Table)]
struct Address {
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "user_account.id", on_delete = "cascade", index)]
    user_id: i32,
}
