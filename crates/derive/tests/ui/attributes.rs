use whimbrel::{DbEnum, DbType, Table};

#[derive(Table)]
#[table(indx(id), primary_key(id, nobody))]
struct Wrong {
    #[column(primarykey)]
    id: i32,
    #[column(max_length = 3)]
    number: i32,
    #[column(on_delete = "cascade")]
    alone: i32,
    #[column(default = 1, default_sql = "2")]
    twice: i32,
    #[column(foreign_key = "user")]
    user: i32,
    #[column(default = LIMIT)]
    limit: i32,
    big: u32,
}

#[derive(Table)]
struct Tuple(i32);

#[derive(Table)]
struct Generic<T> {
    id: T,
}

#[derive(DbEnum)]
#[db_enum(rename_all = "loud")]
enum Full {
    Empty,
    Holding(i32),
}

#[derive(DbType)]
struct Pair(i32, i32);

fn main() {}
