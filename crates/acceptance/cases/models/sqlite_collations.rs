use whimbrel::Table;

#[derive(Table)]
struct Collated {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 20, collation = "NOCASE", unique)]
    a: Option<String>,
    #[column(collation = "RTRIM")]
    b: String,
}
