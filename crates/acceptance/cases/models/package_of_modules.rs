mod kinds {
    use whimbrel::DbEnum;

    #[derive(DbEnum)]
    #[db_enum(name = "herokind", rename_all = "UPPERCASE")]
    pub enum HeroKind {
        Flying,
        Swimming,
    }
}

mod models {
    pub mod hero {
        use chrono::{DateTime, Utc};
        use whimbrel::Table;

        use super::super::kinds::*;

        #[derive(Table)]
        pub struct Hero {
            #[column(index)]
            created_at: DateTime<Utc>,
            #[column(primary_key)]
            id: i32,
            kind: HeroKind,
            #[column(foreign_key = "team.id")]
            team_id: Option<i32>,
        }

        #[derive(Table)]
        #[table(name = "hero_tags")]
        pub struct HeroTag {
            #[column(primary_key, foreign_key = "hero.id", on_delete = "cascade")]
            hero_id: i32,
            #[column(primary_key)]
            tag: String,
        }
    }

    pub mod team {
        use chrono::{DateTime, Utc};
        use whimbrel::Table as Stored;

        #[derive(Stored)]
        pub struct Team {
            #[column(index)]
            created_at: DateTime<Utc>,
            #[column(primary_key)]
            id: i32,
            #[column(max_length = 80, unique)]
            name: String,
        }
    }
}

use models::hero::{Hero, HeroTag};
use models::team::Team;
