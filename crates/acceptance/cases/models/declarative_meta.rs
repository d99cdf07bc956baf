use whimbrel::Table;

#[derive(Table)]
struct Shed {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 50, unique)]
    name: Option<String>,
}

#[derive(Table)]
struct Tool {
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "shed.id")]
    shed_id: Option<i32>,
}
