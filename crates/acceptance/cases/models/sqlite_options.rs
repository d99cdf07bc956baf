use whimbrel::Table;

#[derive(Table)]
#[table(sqlite(strict))]
struct StrictOne {
    #[column(primary_key)]
    id: i32,
    #[column(type = "TEXT")]
    a: Option<String>,
}

#[derive(Table)]
#[table(sqlite(without_rowid))]
struct NoRowid {
    #[column(primary_key, type = "TEXT")]
    id: String,
    a: Option<i32>,
}
