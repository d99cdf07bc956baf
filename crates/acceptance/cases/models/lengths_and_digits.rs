use rust_decimal::Decimal;
use whimbrel::Table;

#[derive(Table)]
struct Product {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 12)]
    code: String,
    #[column(max_length = 200, index)]
    name: String,
    #[column(precision = 10, scale = 2)]
    price: Decimal,
    #[column(precision = 8)]
    weight: Decimal,
    #[column(max_length = 2000)]
    note: Option<String>,
}
