use whimbrel::Table;

#[derive(Table)]
struct Bird {
    #[column(primary_key)]
    id: i32,
    #[column(index)]
    name: String,
}
