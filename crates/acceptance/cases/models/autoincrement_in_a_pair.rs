use whimbrel::Table;

#[derive(Table)]
struct Line {
    #[column(primary_key, autoincrement)]
    number: i32,
    #[column(primary_key)]
    page: i32,
}
