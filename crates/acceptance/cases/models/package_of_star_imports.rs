mod money {
    #[derive(whimbrel::DbType)]
    #[db_type(type = "NUMERIC(14, 2)")]
    pub struct Money(rust_decimal::Decimal);
}

use money::*;
use whimbrel::Table;

type Cash = Money;

#[derive(Table)]
#[table(primary_key(id, name = "account_id"))]
struct Account {
    id: i32,
    balance: Cash,
    #[column(max_length = 24)]
    owner: Option<String>,
}
