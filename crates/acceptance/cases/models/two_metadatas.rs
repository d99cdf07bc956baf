use whimbrel::Table;

#[derive(Table)]
struct Old {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct New {
    #[column(primary_key)]
    id: i32,
}
