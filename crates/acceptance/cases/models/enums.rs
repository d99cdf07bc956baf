use whimbrel::{DbEnum, Table};

#[derive(DbEnum)]
#[db_enum(rename_all = "SCREAMING_SNAKE_CASE")]
enum Color {
    Red,
    Green,
    DarkBlue,
}

#[derive(DbEnum)]
enum Size {
    S,
    #[db_enum(rename = "XL")]
    Xl,
}

#[derive(DbEnum)]
#[db_enum(rename_all = "lowercase")]
enum Mood {
    Calm,
    Exact,
}

#[derive(DbEnum)]
#[db_enum(rename_all = "UPPERCASE")]
enum Level {
    Low = 1,
    High = 2,
}

#[derive(Table)]
struct Shirt {
    #[column(primary_key)]
    id: i32,
    color: Color,
    size: Size,
    mood: Option<Mood>,
    #[column(index)]
    level: Level,
    second_color: Option<Color>,
}
