use whimbrel::Table;

#[derive(Table)]
#[table(name = "heroteamlink")]
struct HeroTeamLink {
    #[column(primary_key, foreign_key = "team.id")]
    team_id: i32,
    #[column(primary_key, foreign_key = "hero.id")]
    hero_id: i32,
    is_training: bool,
}

#[derive(Table)]
struct Team {
    #[column(primary_key)]
    id: i32,
    #[column(index)]
    name: String,
}

#[derive(Table)]
struct Hero {
    #[column(primary_key)]
    id: i32,
    #[column(index)]
    name: String,
}
