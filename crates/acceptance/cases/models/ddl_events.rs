use whimbrel::Table;

#[derive(Table)]
#[table(
    index(name, name = "ix_account_name"),
    index(size, name = "ix_account_size", unique = true, only = "postgres"),
    index(name, size, name = "ix_account_both")
)]
struct Account {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 40)]
    name: String,
    size: Option<i32>,
}
