use whimbrel::Table;

#[derive(Table)]
struct Asset {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 20)]
    kind: String,
}

#[derive(Table)]
struct Car {
    #[column(primary_key, foreign_key = "asset.id")]
    id: i32,
    wheels: i32,
}

#[derive(Table)]
struct Truck {
    #[column(primary_key, foreign_key = "car.id", on_delete = "cascade")]
    id: i32,
    #[column(type(sqlite = "DOUBLE"))]
    load: f64,
}
