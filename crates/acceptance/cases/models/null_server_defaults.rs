use whimbrel::Table;

#[derive(Table)]
struct Note {
    #[column(primary_key)]
    id: i32,
    #[column(default_sql = "NULL")]
    title: Option<String>,
    #[column(default_sql = "NULL")]
    pages: Option<i32>,
}
