use whimbrel::{DbEnum, Table};

#[derive(DbEnum)]
#[db_enum(rename_all = "lowercase")]
enum Suit {
    Hearts,
    Spades,
}

#[derive(DbEnum)]
#[db_enum(rename_all = "lowercase")]
enum Weekday {
    Mon,
    Tue,
}

#[derive(Table)]
struct Card {
    #[column(primary_key)]
    id: i32,
    #[column(default = "hearts")]
    suit: Suit,
    day: Option<Weekday>,
}

#[derive(Table)]
struct Hand {
    #[column(primary_key)]
    id: i32,
    trump: Option<Suit>,
    suits: Option<Vec<Suit>>,
}
