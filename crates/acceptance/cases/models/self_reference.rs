use whimbrel::Table;

#[derive(Table)]
struct Category {
    #[column(primary_key)]
    id: i32,
    name: String,
    #[column(foreign_key = "category.id", index)]
    parent_id: Option<i32>,
}
