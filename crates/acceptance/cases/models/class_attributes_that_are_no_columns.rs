use whimbrel::Table;

#[derive(Table)]
struct Odd {
    #[column(skip)]
    cache: std::collections::HashMap<String, String>,
    #[column(primary_key)]
    id: i32,
    name: String,
}

impl Odd {
    const LIMIT: u32 = 3;
}

struct NotATable {
    id: i32,
    ignored: String,
}

#[derive(Table)]
struct Old {
    #[column(primary_key)]
    id: i32,
}
