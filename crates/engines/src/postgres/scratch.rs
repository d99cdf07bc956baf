use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use whimbrel_run::{Driver, DriverError};

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

/// Whether both are connected to one database. Its name and its server's do not tell: a copy of a whole server has the
/// same ones. A lock that the one takes is seen by the other only there.
pub fn is_same(connection: &mut Connection, other: &mut dyn Driver) -> Result<bool, DriverError> {
    let (one, two) = (number() >> 33, number() >> 33);
    connection.rows(&format!("SELECT pg_advisory_lock({one}, {two})"))?;
    let seen = other.query(
        &format!(
            "SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND classid = {one} AND objid = {two} \
             AND objsubid = 2 AND database = (SELECT oid FROM pg_catalog.pg_database \
             WHERE datname = pg_catalog.current_database())"
        ),
        &[],
    );
    connection.rows(&format!("SELECT pg_advisory_unlock({one}, {two})"))?;
    Ok(!seen?.is_empty())
}

/// Scratch databases to which nobody is connected: whoever made one is connected to it for as long as it is wanted. One
/// that was made this moment is looked at twice.
pub fn clear(connection: &mut Connection) -> Result<Vec<String>, DriverError> {
    let mut left = deserted(connection)?;
    if !left.is_empty() {
        sleep(Duration::from_secs(1));
        let still = deserted(connection)?;
        left.retain(|name| still.contains(name));
    }
    // Whoever has connected since keeps it, and whoever else clears here may be quicker.
    left.retain(|name| connection.rows(&format!("DROP DATABASE {}", identifier(name))).is_ok());
    Ok(left)
}

fn deserted(connection: &mut Connection) -> Result<Vec<String>, DriverError> {
    let rows = connection.rows(
        "SELECT d.datname FROM pg_catalog.pg_database d WHERE d.datname ~ '^whimbrel_scratch_[0-9a-f]{16}$' \
         AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) \
         AND pg_catalog.pg_has_role(d.datdba, 'USAGE')",
    )?;
    Ok(rows.into_iter().flatten().flatten().collect())
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
