//! From an engine's name or a database's URL to the room that knows it.

use whimbrel_plan::Dialect;
use whimbrel_plan::review::Facts;
use whimbrel_run::{Driver, DriverError};
use whimbrel_schema::{Engine, Schema};

use crate::url::DatabaseUrl;
#[cfg(feature = "sqlite-unbundled")]
use crate::{
    sqlite::{Mode, Place},
    url::SqliteUrl,
};

/// The dialect of an engine; `None` where this build has no room for it.
pub fn dialect(engine: Engine) -> Option<&'static dyn Dialect> {
    match engine {
        #[cfg(feature = "sqlite-unbundled")]
        Engine::Sqlite => Some(crate::sqlite::dialect()),
        #[cfg(not(feature = "sqlite-unbundled"))]
        Engine::Sqlite => None,
        #[cfg(feature = "postgres")]
        Engine::Postgres => Some(crate::postgres::dialect()),
        #[cfg(not(feature = "postgres"))]
        Engine::Postgres => None,
        #[cfg(feature = "mysql")]
        Engine::Mysql => Some(crate::mysql::dialect()),
        #[cfg(not(feature = "mysql"))]
        Engine::Mysql => None,
    }
}

/// What decides how dangerous a statement is on a live database: all that can be asked of one on which nothing is run.
#[derive(Debug, Clone)]
pub struct Look {
    pub facts: Facts,
    pub schema: Schema,
    /// The engine, its version and the place, for screens; never a password.
    pub shown: String,
}

/// Opens a database that is there, looks, and closes it again.
pub fn look(url: &DatabaseUrl) -> Result<Look, DriverError> {
    match url {
        #[cfg(feature = "mysql")]
        DatabaseUrl::Mysql(url) => crate::mysql::look(url),
        #[cfg(not(feature = "mysql"))]
        DatabaseUrl::Mysql(_) => Err(unsupported(Engine::Mysql)),
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) => {
            let mut driver = connect_existing(url)?;
            let facts = driver.facts()?;
            Ok(Look { facts, schema: driver.introspect()?, shown: driver.describe() })
        }
    }
}

/// Opens the database. A SQLite file that is not there is made.
pub fn connect(url: &DatabaseUrl) -> Result<Box<dyn Driver>, DriverError> {
    open(url, true)
}

/// Opens a database that is there: looking at one must not make one.
pub fn connect_existing(url: &DatabaseUrl) -> Result<Box<dyn Driver>, DriverError> {
    open(url, false)
}

#[cfg_attr(not(feature = "sqlite-unbundled"), allow(unused_variables))]
fn open(url: &DatabaseUrl, create: bool) -> Result<Box<dyn Driver>, DriverError> {
    match url {
        #[cfg(feature = "sqlite-unbundled")]
        DatabaseUrl::Sqlite(SqliteUrl { file, parameters }) => {
            let place = file.clone().map_or(Place::Memory, Place::File);
            // SQLite's own words for it, in a URL as SQLAlchemy takes it.
            let mode = match parameters.get("mode").map(String::as_str) {
                Some("ro") => Mode::ReadOnly,
                Some("rw") => Mode::Existing,
                Some(_) | None if create => Mode::Create,
                Some(_) | None => Mode::Existing,
            };
            Ok(Box::new(crate::sqlite::connect(&place, mode)?))
        }
        #[cfg(not(feature = "sqlite-unbundled"))]
        DatabaseUrl::Sqlite(_) => Err(unsupported(Engine::Sqlite)),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => Ok(Box::new(crate::postgres::connect(url)?)),
        #[cfg(not(feature = "postgres"))]
        DatabaseUrl::Postgres(_) => Err(unsupported(Engine::Postgres)),
        DatabaseUrl::Mysql(_) => Err(unsupported(Engine::Mysql)),
    }
}

/// The engine is known, and its room was left out of this build.
fn unsupported(engine: Engine) -> DriverError {
    let title = engine.title();
    let message = match engine {
        Engine::Sqlite | Engine::Postgres => {
            format!("{title} is not built into this program: its feature `{}` is off", feature(engine))
        }
        Engine::Mysql => {
            format!("nothing is run on {title}: whimbrel works on SQLite and PostgreSQL, and judges SQL for MySQL")
        }
    };
    DriverError::new(whimbrel_run::DriverErrorKind::Unsupported, message)
}

/// The feature of this crate, and of those in front of it, that an engine's room is built in with.
pub fn feature(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
        Engine::Mysql => "mysql",
    }
}
