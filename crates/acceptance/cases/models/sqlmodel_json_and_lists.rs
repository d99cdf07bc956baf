use serde_json::Value;
use whimbrel::Table;

#[derive(Table)]
struct Settings {
    #[column(primary_key)]
    id: i32,
    #[column(type = "JSON")]
    tags: Option<Vec<String>>,
    #[column(type = "JSON")]
    options: std::collections::HashMap<String, Value>,
    more: Option<Value>,
    #[column(type = "JSON")]
    mutable: Value,
    #[column(type = "JSON")]
    items: Vec<Value>,
}
