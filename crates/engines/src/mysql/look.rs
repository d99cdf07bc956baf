//! A look at a live database, for what decides how dangerous a statement is there. It changes nothing and reads no table.

use whimbrel_run::DriverError;

use super::facts;
use super::introspect::introspect;
use super::settings::Settings;
use super::wire::Connection;
use crate::Look;
use crate::url::MysqlUrl;

/// Said after the settings of a new session were read: whoever has locked a table is not waited for long, and nothing
/// can be written. The last makes MySQL 8 count anew what it otherwise remembers for a day.
const QUIET: [&str; 3] = [
    "SET SESSION lock_wait_timeout = 5",
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION information_schema_stats_expiry = 0",
];

pub(crate) fn look(url: &MysqlUrl) -> Result<Look, DriverError> {
    let settings = Settings::of(url)?;
    let mut connection = Connection::open(&settings)?;
    let server = facts::server(&connection.version);
    let known = facts::settings(&mut connection)?;
    for setting in QUIET {
        match connection.rows(setting) {
            Ok(_) => {}
            // MariaDB has no such setting, and does not remember.
            Err(error) if error.code.as_deref() == Some("1193") => {}
            Err(error) => return Err(error),
        }
    }
    let facts = facts::facts(&mut connection, &server, known)?;
    let schema = introspect(&mut connection)?;
    let shown = format!("{} {} at {}/{}", server.name(), server.version, settings.place.shown(), settings.database);
    Ok(Look { facts, schema, shown })
}
