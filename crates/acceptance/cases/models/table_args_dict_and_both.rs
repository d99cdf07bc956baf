use whimbrel::Table;

/// just a comment
#[derive(Table)]
#[table(comment)]
struct Plain {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
#[table(unique(a, b, name = "both_unique"), comment = "a constraint and a comment", sqlite(autoincrement))]
struct Both {
    #[column(primary_key)]
    id: i32,
    a: i32,
    b: i32,
}
