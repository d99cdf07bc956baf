use whimbrel::Table;

#[derive(Table)]
struct Shape {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 50)]
    name: String,
}

#[derive(Table)]
struct Circle {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 80)]
    name: String,
    #[column(type(sqlite = "DOUBLE"))]
    radius: f64,
}
