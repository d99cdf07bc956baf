use whimbrel::Table;

#[derive(Table)]
struct Root {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct Same {
    #[column(primary_key, foreign_key = "root.id")]
    id: i32,
}

#[derive(Table)]
struct Fixed {
    #[column(primary_key, default = 5)]
    id: i32,
}

#[derive(Table)]
struct PythonSide {
    #[column(primary_key, autoincrement = false)]
    id: i32,
}

#[derive(Table)]
#[table(sqlite(autoincrement))]
struct NeverReused {
    #[column(primary_key)]
    id: i32,
}
