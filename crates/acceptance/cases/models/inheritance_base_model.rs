use whimbrel::Table;

#[derive(Table)]
struct Hero {
    #[column(index)]
    name: String,
    secret_name: String,
    #[column(index)]
    age: Option<i32>,
    #[column(primary_key)]
    id: i32,
}

struct HeroCreate {
    name: String,
    password: String,
}
