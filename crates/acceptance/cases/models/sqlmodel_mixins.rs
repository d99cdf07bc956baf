use chrono::{DateTime, Utc};
use whimbrel::Table;

#[derive(Table)]
struct Project {
    deleted_at: Option<DateTime<Utc>>,
    #[column(index)]
    created_at: DateTime<Utc>,
    #[column(index)]
    updated_at: Option<DateTime<Utc>>,
    #[column(primary_key)]
    id: uuid::Uuid,
    name: String,
}

#[derive(Table)]
struct Task {
    #[column(primary_key)]
    id: uuid::Uuid,
    created_at: DateTime<Utc>,
    #[column(index)]
    updated_at: Option<DateTime<Utc>>,
    #[column(foreign_key = "project.id")]
    project_id: uuid::Uuid,
    title: String,
}
