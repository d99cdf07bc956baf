use whimbrel::Table;

#[derive(Table)]
struct Team {
    #[column(max_length = 50)]
    name: String,
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct Hero {
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "team.id")]
    team_id: Option<i32>,
}
