//! What a live server says that decides how dangerous a statement is. Nothing is counted: sizes are the server's own.

use std::collections::BTreeMap;

use whimbrel_plan::review::{Facts, TableFacts};
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::{ObjectName, Version};

use super::wire::Connection;

/// What a version says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub version: Version,
    pub is_mariadb: bool,
}

impl Server {
    pub fn name(&self) -> &'static str {
        if self.is_mariadb { "MariaDB" } else { "MySQL" }
    }
}

/// `8.0.36-28.1`, `10.11.6-MariaDB-0+deb12u1`, and `5.5.5-10.4.8-MariaDB`, where the beginning is for old replicas.
pub(super) fn server(text: &str) -> Server {
    let is_mariadb = text.to_ascii_lowercase().contains("mariadb");
    let text = text.strip_prefix("5.5.5-").filter(|_| is_mariadb).unwrap_or(text);
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    let mut numbers = numbers.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    Server { version: Version::new(next(), next(), next()), is_mariadb }
}

/// Of a session in which nothing was set yet.
const SETTINGS: &str = "SHOW SESSION VARIABLES WHERE Variable_name IN ('sql_mode', 'foreign_key_checks', \
    'lock_wait_timeout', 'innodb_lock_wait_timeout', 'alter_algorithm', 'old_alter_table', \
    'innodb_instant_alter_column_allowed', 'innodb_default_row_format', 'innodb_strict_mode', 'default_storage_engine', \
    'explicit_defaults_for_timestamp', 'character_set_database', 'collation_database', 'time_zone', 'autocommit', \
    'transaction_isolation', 'tx_isolation', 'read_only', 'max_statement_time', 'max_execution_time', 'wsrep_on')";

pub(super) fn settings(connection: &mut Connection) -> Result<BTreeMap<String, String>, DriverError> {
    let pair = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter();
        Some((cells.next()??.to_lowercase(), cells.next()??))
    };
    Ok(connection.rows(SETTINGS)?.into_iter().filter_map(pair).collect())
}

/// Rows are the engine's estimate. Where it has none, or says 0 of a table of more than a page, as many as fit: 20 bytes
/// are the least that InnoDB needs for one.
const TABLES: &str = "\
SELECT table_name, CASE WHEN table_rows IS NULL OR (table_rows = 0 AND data_length > 16384) THEN \
CEIL(IFNULL(data_length, 0) / 20) ELSE table_rows END, IFNULL(data_length, 0) + IFNULL(index_length, 0) \
FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type NOT IN ('VIEW', 'SYSTEM VIEW')";

pub(super) fn facts(
    connection: &mut Connection,
    server: &Server,
    settings: BTreeMap<String, String>,
) -> Result<Facts, DriverError> {
    let variant = Some(server.name().to_string());
    let mut facts = Facts { asked: true, version: Some(server.version), variant, settings, ..Facts::default() };
    for row in connection.rows(TABLES)? {
        let [Some(name), Some(rows), Some(bytes)] = row.as_slice() else { continue };
        let (Ok(rows), Ok(bytes)) = (rows.parse(), bytes.parse()) else { continue };
        facts.tables.insert(ObjectName::new(name), TableFacts { rows, bytes });
    }
    facts.replicas = replicas(connection)?;
    Ok(facts)
}

/// How many servers read the binary log, or are in a Galera cluster with this one; `None` where this user may see
/// neither.
fn replicas(connection: &mut Connection) -> Result<Option<u32>, DriverError> {
    let cluster = connection.rows("SHOW GLOBAL STATUS LIKE 'wsrep_cluster_size'")?;
    let members = cluster.first().and_then(|row| row.get(1)?.as_ref()?.parse::<u32>().ok()).unwrap_or_default();
    for words in ["SHOW REPLICAS", "SHOW SLAVE HOSTS"] {
        match connection.rows(words) {
            Ok(rows) => {
                let followers = u32::try_from(rows.len()).unwrap_or(u32::MAX);
                return Ok(Some(followers.saturating_add(members.saturating_sub(1))));
            }
            // An older server, or a newer one, that has no such statement.
            Err(error) if error.code.as_deref() == Some("1064") => {}
            Err(error) if error.kind == DriverErrorKind::Forbidden => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_servers_say_them() {
        let of = |text: &str| {
            let server = server(text);
            (server.name(), server.version)
        };
        assert_eq!(of("8.0.36-28.1"), ("MySQL", Version::new(8, 0, 36)));
        assert_eq!(of("9.1.0"), ("MySQL", Version::new(9, 1, 0)));
        assert_eq!(of("10.11.6-MariaDB-0+deb12u1"), ("MariaDB", Version::new(10, 11, 6)));
        assert_eq!(of("5.5.5-10.4.8-MariaDB-log"), ("MariaDB", Version::new(10, 4, 8)));
        assert_eq!(of("5.7.44-log"), ("MySQL", Version::new(5, 7, 44)));
    }
}
