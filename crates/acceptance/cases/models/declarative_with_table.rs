use whimbrel::Table;

#[derive(Table)]
struct Legacy {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 30)]
    name: String,
}
