use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use whimbrel::Table;

#[derive(Table)]
struct Defaults {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 20, default = "plain")]
    plain: Option<String>,
    #[column(max_length = 20, default = "it's")]
    quote: Option<String>,
    #[column(max_length = 20, default = "")]
    empty: Option<String>,
    #[column(default = "7")]
    number: Option<i32>,
    #[column(default = -1)]
    number_text: Option<i32>,
    #[column(default_sql = "(1 + 2)")]
    expression: Option<i32>,
    #[column(default = true)]
    yes: bool,
    #[column(default = false)]
    no: bool,
    #[column(default_sql = "false")]
    maybe: Option<bool>,
    #[column(default_sql(sqlite = "CURRENT_TIMESTAMP", postgres = "now()"))]
    now: Option<NaiveDateTime>,
    #[column(default_sql = "CURRENT_TIMESTAMP")]
    stamp: Option<DateTime<Utc>>,
    #[column(default_sql = "CURRENT_TIMESTAMP")]
    stamp_text: Option<NaiveDateTime>,
    #[column(default_sql = "CURRENT_DATE")]
    today: Option<NaiveDate>,
    #[column(type = "TEXT", default = "x")]
    of_literal: Option<String>,
    #[column(type = "TEXT", default_sql = "NULL")]
    unset: Option<String>,
}
