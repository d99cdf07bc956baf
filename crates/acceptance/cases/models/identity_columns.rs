use whimbrel::Table;

#[derive(Table)]
struct A {
    #[column(primary_key, identity)]
    id: i32,
}

#[derive(Table)]
struct B {
    #[column(primary_key, identity(always, start = 100, increment = 10, cycle), type = "BIGINT")]
    id: i64,
    #[column(type = "SMALLINT")]
    other: Option<i16>,
}

#[derive(Table)]
struct C {
    #[column(primary_key, identity(start = 5, minimum = 5, maximum = 5000, cache = 20))]
    id: i32,
}
