use whimbrel::Table;

#[derive(Table)]
#[table(name = "app_things", unique(name, code, name = "uq_app_things_name_code"))]
struct Thing {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 64)]
    name: String,
    #[column(max_length = 12)]
    code: Option<String>,
    #[column(max_length = 32)]
    other: Option<String>,
    #[column(max_length = 4, default = "new")]
    state: Option<String>,
    #[column(max_length = 5)]
    rank: Option<String>,
}
