use whimbrel::Table;

#[derive(Table)]
struct Item {
    #[column(primary_key)]
    id: i32,
    #[column(type = "VECTOR(3)")]
    embedding: Vec<f32>,
    #[column(type = "VECTOR")]
    other: Option<Vec<f32>>,
}

#[derive(Table)]
struct Document {
    #[column(primary_key)]
    id: i32,
    #[column(type = "VECTOR(1536)")]
    embedding: Vec<f32>,
}
