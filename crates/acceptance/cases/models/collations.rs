use whimbrel::Table;

#[derive(Table)]
struct Collated {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 20, collation = "C")]
    a: Option<String>,
    #[column(type = "TEXT", collation = "POSIX", index)]
    b: String,
}
