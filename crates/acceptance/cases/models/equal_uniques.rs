use whimbrel::Table;

#[derive(Table)]
#[table(unique(code, name = "uq_code"), unique(name), unique(name, name = "uq_name"))]
struct Dataset {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 20, unique)]
    code: Option<String>,
    #[column(max_length = 20)]
    name: Option<String>,
}
