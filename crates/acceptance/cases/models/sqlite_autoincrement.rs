use whimbrel::Table;

#[derive(Table)]
#[table(primary_key(id, name = "pk_named"), sqlite(autoincrement))]
struct Named {
    id: i32,
    #[column(max_length = 20)]
    text: Option<String>,
}

#[derive(Table)]
#[table(sqlite(autoincrement))]
struct Unnamed {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 20)]
    text: Option<String>,
}

#[derive(Table)]
#[table(primary_key(id, name = "pk_usual"))]
struct Usual {
    id: i32,
}
