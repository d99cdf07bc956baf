use whimbrel::Table;

#[derive(Table)]
struct Item {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 30)]
    name: String,
    count: i32,
    note: Option<String>,
    #[column(foreign_key = "item.id")]
    parent_id: Option<i32>,
}
