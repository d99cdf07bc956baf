use chrono::{DateTime, Utc};
use whimbrel::Table;

#[derive(Table)]
struct Event {
    #[column(primary_key, type(sqlite = "BIGINT"))]
    id: i64,
    #[column(default_sql(sqlite = "CURRENT_TIMESTAMP", postgres = "now()"))]
    at: DateTime<Utc>,
    #[column(type = "TEXT")]
    body: String,
    #[column(type = "JSON")]
    data: serde_json::Value,
    /// where it stands
    #[column(default = "new", comment)]
    state: String,
    #[column(default = 0, check = "count >= 0")]
    count: i32,
    #[column(name = "other_name")]
    renamed: String,
}
