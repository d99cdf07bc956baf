use std::fmt;

use whimbrel_schema::Engine;

use crate::database::{Ground, Journal, SQLITE};

/// Where something is played: one engine in one version; of SQLite with one kind of journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Rollback,
    Wal,
    Postgres(u32),
}

impl Place {
    /// The places that a ground has.
    pub fn of(ground: Ground) -> Vec<Place> {
        match ground.engine {
            Engine::Postgres => vec![Place::Postgres(ground.major)],
            Engine::Sqlite | Engine::Mysql => vec![Place::Rollback, Place::Wal],
        }
    }

    pub fn ground(self) -> Ground {
        match self {
            Place::Rollback | Place::Wal => SQLITE,
            Place::Postgres(major) => Ground { engine: Engine::Postgres, major },
        }
    }

    /// Where SQLite keeps what it may have to take back; nothing on a server.
    pub fn journal(self) -> Option<Journal> {
        match self {
            Place::Rollback => Some(Journal::Rollback),
            Place::Wal => Some(Journal::Wal),
            Place::Postgres(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Place::Rollback => "SQLite, rollback".to_owned(),
            Place::Wal => "SQLite, WAL".to_owned(),
            Place::Postgres(major) => format!("PostgreSQL {major}"),
        })
    }
}
