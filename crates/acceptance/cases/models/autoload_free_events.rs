use whimbrel::Table;

#[derive(Table)]
struct Thing {
    #[column(primary_key)]
    id: i32,
}
