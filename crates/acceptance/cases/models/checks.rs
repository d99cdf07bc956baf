use whimbrel::Table;

#[derive(Table)]
#[table(
    check(name = "stock_order", sql = "low <= high"),
    check = "high < 1000",
    check(name = "stock_state", sql = "state IN ('a', 'b')"),
    check(name = "stock_open_bool", sqlite = "open IN (0, 1)")
)]
struct Stock {
    #[column(primary_key)]
    id: i32,
    #[column(check = "low >= 0")]
    low: i32,
    #[column(check(name = "stock_high", sql = "high > 0"))]
    high: i32,
    #[column(max_length = 1)]
    state: Option<String>,
    open: Option<bool>,
}
