use whimbrel::Table;

#[derive(Table)]
struct Login {
    #[column(primary_key)]
    id: i32,
    #[column(unique)]
    name: String,
    #[column(unique, index)]
    email: String,
    #[column(index)]
    token: String,
    #[column(unique)]
    alias: Option<String>,
}
