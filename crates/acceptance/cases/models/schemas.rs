use whimbrel::{DbEnum, Table};

#[derive(DbEnum)]
#[db_enum(name = "customer_state", schema = "sales", rename_all = "lowercase")]
enum CustomerState {
    New,
    Old,
}

#[derive(DbEnum)]
#[db_enum(name = "log_state", schema = "audit", rename_all = "lowercase")]
enum LogState {
    X,
    Y,
}

#[derive(DbEnum)]
#[db_enum(schema = "sales", rename_all = "lowercase")]
enum PublicState {
    P,
    Q,
}

#[derive(Table)]
#[table(schema = "sales")]
struct Customer {
    #[column(primary_key)]
    id: i32,
    state: Option<CustomerState>,
    #[column(index)]
    name: Option<String>,
}

#[derive(Table)]
#[table(schema = "audit")]
struct Log {
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "sales.customer.id")]
    customer_id: Option<i32>,
    state: Option<LogState>,
    inherited: Option<PublicState>,
}
