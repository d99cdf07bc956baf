use whimbrel::Table;

#[derive(Table)]
#[table(name = "orderline")]
struct OrderLine {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
#[table(name = "orders")]
struct Order {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct ShopCustomers {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct TheCrates {
    #[column(primary_key)]
    id: i32,
}
