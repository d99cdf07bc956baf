use whimbrel::Table;

#[derive(Table)]
struct SerialKey {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct BigKey {
    #[column(primary_key, type(sqlite = "BIGINT"))]
    id: i64,
}

#[derive(Table)]
struct SmallKey {
    #[column(primary_key, type(sqlite = "SMALLINT"))]
    id: i16,
}

#[derive(Table)]
struct ManualKey {
    #[column(primary_key, autoincrement = false)]
    id: i32,
}

#[derive(Table)]
struct TextKey {
    #[column(primary_key, max_length = 36)]
    id: String,
}

#[derive(Table)]
#[table(primary_key(a, b))]
struct PairKey {
    a: i32,
    b: i32,
}

#[derive(Table)]
struct MixedPairKey {
    #[column(primary_key)]
    name: String,
    #[column(primary_key)]
    number: i32,
}

#[derive(Table)]
#[table(primary_key(b, a, name = "the_key"))]
struct NamedKey {
    a: i32,
    b: i32,
}
