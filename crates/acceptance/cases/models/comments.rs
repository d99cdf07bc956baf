use whimbrel::Table;

#[derive(Table)]
#[table(comment = "it's a table")]
struct Noted {
    #[column(primary_key)]
    id: i32,
    /// first
    /// second line
    #[column(comment)]
    a: String,
    #[column(max_length = 5, comment = "two")]
    b: Option<String>,
}
