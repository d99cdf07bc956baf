use chrono::NaiveDateTime;
use whimbrel::Table;

#[derive(Table)]
struct Lion {
    #[column(primary_key)]
    id: i32,
    #[column(default_sql = "CURRENT_TIMESTAMP")]
    created: NaiveDateTime,
    #[column(max_length = 60)]
    name: String,
    mane: Option<String>,
}

#[derive(Table)]
struct Event {
    #[column(primary_key)]
    id: i32,
    #[column(default_sql = "CURRENT_TIMESTAMP")]
    created: NaiveDateTime,
}
