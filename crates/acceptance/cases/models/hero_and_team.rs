use whimbrel::Table;

#[derive(Table)]
struct Team {
    #[column(primary_key)]
    id: i32,
    #[column(index)]
    name: String,
    headquarters: String,
    #[column(skip)]
    heroes: Vec<Hero>,
}

#[derive(Table)]
struct Hero {
    #[column(primary_key)]
    id: i32,
    #[column(index)]
    name: String,
    secret_name: String,
    #[column(index)]
    age: Option<i32>,
    #[column(foreign_key = "team.id")]
    team_id: Option<i32>,
    #[column(skip)]
    team: Option<Box<Team>>,
}
