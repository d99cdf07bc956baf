use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::SystemTime;

use whimbrel_run::DriverError;

use super::bind::{identifier, literal};
use super::connection::Connection;
use super::driver::PostgresDriver;
use super::settings::Settings;

/// Makes an empty database on the same server, with the same encoding and order of text. The driver on it drops it
/// when it is dropped itself.
pub fn create(driver: &mut PostgresDriver) -> Result<PostgresDriver, DriverError> {
    let name = format!("whimbrel_scratch_{:016x}", number());
    let question = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database \
                    WHERE datname = current_database()";
    let row = driver.connection.rows(question)?.into_iter().flatten().map(Option::unwrap_or_default);
    let mut statement = format!("CREATE DATABASE {name} TEMPLATE template0");
    for (word, value) in ["ENCODING", "LC_COLLATE", "LC_CTYPE"].iter().zip(row) {
        statement.push_str(&format!(" {word} {}", literal(&value)));
    }
    // No transaction can make a database, so one that is open here is not asked to.
    let made = match driver.in_transaction {
        true => Connection::open(&driver.settings)?.rows(&statement),
        false => driver.connection.rows(&statement),
    };
    made.map_err(|error| with_advice(error, &driver.settings))?;

    let guard = Guard { server: driver.settings.clone(), name: name.clone() };
    let mut settings = driver.settings.clone();
    settings.config.dbname(&name);
    settings.database = name;
    let mut scratch = PostgresDriver::open(settings)?;
    if driver.home != scratch.home {
        // The search path begins with a schema that a new database does not have.
        scratch.connection.rows(&format!("CREATE SCHEMA IF NOT EXISTS {}", identifier(&driver.home)))?;
        scratch.home = PostgresDriver::ask_home(&mut scratch.connection)?;
    }
    scratch.guard = Some(guard);
    Ok(scratch)
}

fn with_advice(error: DriverError, settings: &Settings) -> DriverError {
    match error.code.as_deref() {
        Some("42501") => {
            let advice = format!("a scratch database is needed: ALTER ROLE {} CREATEDB", identifier(&settings.user));
            DriverError { hint: Some(advice), ..error }
        }
        Some(_) | None => error,
    }
}

/// Drops the scratch database when it goes, whoever is still connected.
pub struct Guard {
    server: Settings,
    name: String,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Nobody is left to be told; a database that stays is named for what it is.
        if let Ok(mut connection) = Connection::open(&self.server) {
            let _ = connection.rows(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// A number that nobody else has drawn. Keys of hash maps are seeded by the system's randomness.
pub fn number() -> u64 {
    RandomState::new().hash_one(SystemTime::now())
}
