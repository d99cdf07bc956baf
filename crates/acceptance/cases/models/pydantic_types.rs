use rust_decimal::Decimal;
use whimbrel::Table;

#[derive(Table)]
struct Account {
    #[column(primary_key)]
    id: i32,
    email: String,
    #[column(max_length = 320)]
    recovery: Option<String>,
    homepage: String,
    logins: i32,
    seats: i32,
    age: i32,
    nick: String,
    #[column(precision = 12, scale = 4)]
    balance: Decimal,
    label: String,
    #[column(type = "VARCHAR")]
    ip4: std::net::Ipv4Addr,
    #[column(type = "VARCHAR")]
    ip6: std::net::Ipv6Addr,
    kind: String,
}
