use chrono::{DateTime, Utc};
use whimbrel::Table;

#[derive(Table)]
struct Job {
    #[column(primary_key)]
    id: uuid::Uuid,
    state: String,
    attempts: i32,
    created_at: DateTime<Utc>,
    paused: bool,
}
