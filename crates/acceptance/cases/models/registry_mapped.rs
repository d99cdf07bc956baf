use whimbrel::Table;

#[derive(Table)]
struct A {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct B {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 9)]
    name: String,
}
