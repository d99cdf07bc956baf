use whimbrel::Table;

#[derive(Table)]
struct Constrained {
    #[column(primary_key)]
    id: i32,
    email: String,
    size: i32,
    count: i32,
    ratio: Option<f64>,
    short: String,
    small: i32,
    word: String,
    #[column(type = "VARCHAR")]
    path: Option<std::path::PathBuf>,
    #[column(type = "VARCHAR")]
    address: Option<std::net::Ipv4Addr>,
    #[column(max_length = 500)]
    url: String,
    #[column(max_length = 10)]
    state: String,
}
