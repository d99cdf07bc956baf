use whimbrel::Table;

struct Unknown;

#[derive(Table)]
struct Wrong {
    id: i32,
    unknown: Option<Unknown>,
}

fn main() {}
