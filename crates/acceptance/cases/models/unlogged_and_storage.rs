use whimbrel::Table;

#[derive(Table)]
#[table(postgres(unlogged))]
struct Fast {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
#[table(postgres(storage(fillfactor = 70)))]
struct Filled {
    #[column(primary_key)]
    id: i32,
}
