use chrono::NaiveDateTime;
use whimbrel::Table;

#[derive(Table)]
#[table(name = "parents")]
struct Parent {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 255, index)]
    name: String,
    weight: Option<f64>,
    active: Option<bool>,
    #[column(name = "text", type = "TEXT")]
    body: Option<String>,
}

#[derive(Table)]
#[table(name = "children")]
struct Child {
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "parents.id", on_delete = "cascade")]
    parent_id: i32,
    made: Option<NaiveDateTime>,
}
