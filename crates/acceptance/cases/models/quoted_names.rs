use whimbrel::Table;

#[derive(Table)]
struct Order {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 10)]
    select: Option<String>,
    #[column(name = "CamelCase")]
    camel_case: Option<String>,
    #[column(name = "with space", index)]
    with_space: Option<i32>,
    #[column(name = "percent%")]
    percent: Option<i32>,
}

#[derive(Table)]
#[table(name = "MixedCase")]
struct Mixed {
    #[column(primary_key, name = "Id")]
    id: i32,
    #[column(unique)]
    a: Option<i32>,
}
