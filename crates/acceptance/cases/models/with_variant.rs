use whimbrel::Table;

#[derive(Table)]
struct Thing {
    #[column(primary_key)]
    id: i64,
    data: serde_json::Value,
    #[column(type(sqlite = "VARCHAR(36)", postgres = "UUID"))]
    key: Option<String>,
    #[column(type = "TEXT")]
    body: Option<String>,
    #[column(type = "VARCHAR(7)")]
    both: Option<String>,
}
