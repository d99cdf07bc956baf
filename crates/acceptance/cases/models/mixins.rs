use chrono::{DateTime, Utc};
use whimbrel::Table;

#[derive(Table)]
struct Owner {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct House {
    #[column(default_sql(sqlite = "CURRENT_TIMESTAMP", postgres = "now()"))]
    created_at: DateTime<Utc>,
    #[column(index)]
    updated_at: Option<DateTime<Utc>>,
    #[column(max_length = 80, index)]
    name: String,
    #[column(primary_key)]
    id: i32,
    rooms: i32,
    #[column(foreign_key = "owner.id")]
    owner_id: i32,
}

#[derive(Table)]
struct Garden {
    #[column(default_sql(sqlite = "CURRENT_TIMESTAMP", postgres = "now()"))]
    created_at: DateTime<Utc>,
    #[column(index)]
    updated_at: Option<DateTime<Utc>>,
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "owner.id")]
    owner_id: i32,
}
