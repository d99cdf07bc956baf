//! The service's own connections: sqlx, on the engine that the URL names.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

#[derive(Debug, Clone)]
pub enum Pool {
    Postgres(sqlx::PgPool),
    Sqlite(sqlx::SqlitePool),
}

/// How long a write waits for the write of somebody else: SQLite has one writer at a time.
const TURN: Duration = Duration::from_secs(30);

const CONNECTIONS: u32 = 4;

impl Pool {
    /// Connects when it is first asked for something: the database may not be there yet.
    pub fn of(url: &str) -> Result<Pool, sqlx::Error> {
        if url.starts_with("sqlite:") {
            // The journal stays as whimbrel left it: a switch to another one is a write that waits for nobody.
            let options = SqliteConnectOptions::from_str(url)?.busy_timeout(TURN);
            return Ok(Pool::Sqlite(SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_lazy_with(options)));
        }
        let options = PgConnectOptions::from_str(url)?;
        Ok(Pool::Postgres(PgPoolOptions::new().max_connections(CONNECTIONS).connect_lazy_with(options)))
    }
}

/// Runs one query on whichever engine it is: `on!(pool, database => query.fetch_one(database).await)`.
#[macro_export]
macro_rules! on {
    ($pool:expr, $database:ident => $run:expr) => {
        match $pool {
            $crate::Pool::Postgres($database) => $run,
            $crate::Pool::Sqlite($database) => $run,
        }
    };
}
