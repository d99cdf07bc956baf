use whimbrel::Table;

#[derive(Table)]
#[table(name = "box")]
struct Container {
    #[column(primary_key)]
    id: i32,
    width: i32,
    height: i32,
    #[column(generated = "width * height")]
    area: Option<i32>,
    #[column(max_length = 100)]
    label: Option<String>,
    #[column(max_length = 100, generated = "upper(label)")]
    shout: Option<String>,
    #[column(precision = 10, scale = 2, generated = "width * 2.5")]
    price: Option<rust_decimal::Decimal>,
}
