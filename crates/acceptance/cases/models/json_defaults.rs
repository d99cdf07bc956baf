use whimbrel::Table;

#[derive(Table)]
struct Service {
    #[column(primary_key)]
    id: i32,
    #[column(type = "TEXT", default = "[]")]
    versions: Option<String>,
    #[column(type = "TEXT", default = r#"{"size": 10, "tags": ["a", "say \"b\""], "on": true, "by": null}"#)]
    settings: Option<String>,
}
