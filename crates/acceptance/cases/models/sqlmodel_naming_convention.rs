use whimbrel::Table;

#[derive(Table)]
#[table(primary_key(id, name = "team_pkey"))]
struct Team {
    id: i32,
    #[column(unique = "team_name_key")]
    name: String,
}

#[derive(Table)]
#[table(primary_key(id, name = "hero_pkey"))]
struct Hero {
    id: i32,
    #[column(index = "hero_name_idx")]
    name: String,
    #[column(foreign_key = "team.id", foreign_key_name = "hero_team_id_fkey")]
    team_id: Option<i32>,
}
