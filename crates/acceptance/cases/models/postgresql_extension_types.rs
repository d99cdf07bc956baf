use whimbrel::Table;

#[derive(Table)]
struct Reader {
    #[column(primary_key)]
    id: i32,
    #[column(type = "CITEXT", unique)]
    email: Option<String>,
    #[column(type = "HSTORE")]
    settings: Option<String>,
}
