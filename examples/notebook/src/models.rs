#[derive(Debug, whimbrel::Table)]
pub struct Note {
    #[column(primary_key)]
    pub id: i64,
    pub text: String,
}
