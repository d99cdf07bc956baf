use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use whimbrel::{DbType, Table};

/// `int` is a big integer in these models.
#[derive(DbType)]
#[db_type(type = "BIGINT")]
struct Number(i64);

#[derive(DbType)]
#[db_type(type = "VARCHAR(50)")]
struct Name(String);

#[derive(DbType)]
#[db_type(type = "NUMERIC(12, 2)")]
struct Money(Decimal);

#[derive(Table)]
struct Person {
    #[column(primary_key)]
    id: Number,
    name: Name,
    nick: Option<Name>,
    salary: Money,
    age: Number,
    #[column(type = "JSON")]
    data: serde_json::Value,
    #[column(default_sql = "CURRENT_TIMESTAMP")]
    created: NaiveDateTime,
}

#[derive(Table)]
struct Note {
    #[column(primary_key)]
    id: Number,
    #[column(foreign_key = "person.id")]
    person_id: Number,
    #[column(default_sql = "CURRENT_TIMESTAMP", index)]
    edited: NaiveDateTime,
}
