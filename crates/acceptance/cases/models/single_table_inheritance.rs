use whimbrel::Table;

#[derive(Table)]
struct Employee {
    #[column(primary_key)]
    id: i32,
    name: String,
    #[column(name = "type", max_length = 20)]
    kind: String,
    manager_data: Option<String>,
    budget: Option<i32>,
    #[column(max_length = 100, index)]
    engineer_info: Option<String>,
}
