use whimbrel::Table;

#[derive(Table)]
struct Thing {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 100)]
    name: String,
    #[cfg(test)]
    #[cfg(not(test))]
    trace: String,
    quiet: bool,
}
