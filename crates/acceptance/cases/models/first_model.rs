use whimbrel::Table;

#[derive(Table)]
struct User {
    #[column(primary_key)]
    id: i32,
    name: String,
}

#[derive(Table)]
struct Email {
    #[column(primary_key)]
    id: Option<i32>,
    #[column(index)]
    subject: String,
    #[column(foreign_key = "user.id")]
    user_id: i32,
    archived_at: Option<chrono::DateTime<chrono::Utc>>,
}
