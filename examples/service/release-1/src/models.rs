/// A mail as it came in.
#[derive(Debug, whimbrel::Table, sqlx::FromRow, serde::Serialize)]
pub struct Email {
    #[column(primary_key)]
    pub id: i64,
    #[column(index)]
    pub subject: String,
    pub size: i64,
}
