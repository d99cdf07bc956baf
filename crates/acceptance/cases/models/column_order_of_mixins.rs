use whimbrel::Table;

#[derive(Table)]
struct Doc {
    #[column(primary_key)]
    id: i32,
    title: String,
    body: String,
    #[column(max_length = 5)]
    updated: String,
}
