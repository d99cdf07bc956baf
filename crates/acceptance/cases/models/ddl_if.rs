use whimbrel::Table;

#[derive(Table)]
#[table(
    index(name, name = "ix_flow_name_hash", method = "hash", only = "postgres"),
    index(name, name = "ix_flow_name", only = "sqlite"),
    index(name, size, name = "ix_flow_both"),
    index(size, name = "ix_flow_size", only = "postgres"),
    check(name = "positive", sqlite = "size > 0")
)]
struct Flow {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 40)]
    name: String,
    size: Option<i32>,
}
