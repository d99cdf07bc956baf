use whimbrel::{DbEnum, Table};

#[derive(DbEnum)]
#[db_enum(rename_all = "UPPERCASE")]
enum State {
    Open,
    Closed,
}

#[derive(DbEnum)]
#[db_enum(name = "state_value", rename_all = "lowercase")]
enum StateValue {
    Open,
    Closed,
}

#[derive(DbEnum)]
#[db_enum(name = "words")]
enum Word {
    #[db_enum(rename = "a")]
    A,
    #[db_enum(rename = "bb")]
    Bb,
    #[db_enum(rename = "it's")]
    Its,
}

#[derive(Table)]
struct Ticket {
    #[column(primary_key)]
    id: i32,
    by_name: State,
    by_value: Option<StateValue>,
    #[column(type = "VARCHAR(20)")]
    as_text: Option<State>,
    #[column(type = "VARCHAR(6)", check(name = "ck_state", sql = "checked IN ('OPEN', 'CLOSED')"))]
    checked: Option<State>,
    words: Option<Word>,
}
