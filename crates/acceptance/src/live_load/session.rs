use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use rusqlite::types::ValueRef;
use whimbrel_run::Driver;

use super::code::Statement;
use crate::database;

/// A connection of an application's own. Where that is SQLite it is the library's own, and not whimbrel's; on PostgreSQL
/// what is read often is prepared, as drivers do.
pub enum Session {
    Sqlite(rusqlite::Connection),
    Postgres { driver: Box<dyn Driver>, prepared: BTreeMap<String, usize> },
}

/// What is waited for longer has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

impl Session {
    pub fn open(url: &str) -> Result<Session> {
        let Some(path) = url.strip_prefix("sqlite:///") else {
            let mut driver = database::open(url)?;
            driver.execute(&format!("SET statement_timeout = {}", PATIENCE.as_millis()))?;
            return Ok(Session::Postgres { driver, prepared: BTreeMap::new() });
        };
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.execute_batch("PRAGMA foreign_keys = on; PRAGMA synchronous = off")?;
        Ok(Session::Sqlite(connection))
    }

    pub fn write(&mut self, sql: &str) -> Result<u64> {
        match self {
            Session::Sqlite(connection) => Ok(u64::try_from(connection.prepare_cached(sql)?.execute([])?)?),
            Session::Postgres { driver, .. } => Ok(driver.execute(sql)?),
        }
    }

    /// The one value of one row; `NULL` in these letters.
    pub fn read(&mut self, statement: &Statement, id: u64) -> Result<Option<String>> {
        let sql = statement.prepared();
        match self {
            Session::Sqlite(connection) => {
                let mut select = connection.prepare_cached(&sql)?;
                let mut rows = select.query([i64::try_from(id)?])?;
                rows.next()?.map(|row| text(row.get_ref(0)?)).transpose()
            }
            Session::Postgres { driver, prepared } => {
                let number = match prepared.get(&sql) {
                    Some(number) => *number,
                    None => {
                        let number = prepared.len();
                        driver.execute(&format!("PREPARE read_{number} AS {sql}"))?;
                        prepared.insert(sql, number);
                        number
                    }
                };
                let rows = driver.query(&format!("EXECUTE read_{number} ({id})"), &[])?;
                Ok(rows.into_iter().next().map(|row| word(row.into_iter().next().flatten())))
            }
        }
    }

    /// After a statement that was prepared reads another type now: those that are prepared are forgotten.
    pub fn prepares_again(&mut self, error: &anyhow::Error) -> Result<bool> {
        match self {
            Session::Postgres { driver, prepared } if error.to_string().contains("cached plan must not change") => {
                driver.execute("DEALLOCATE ALL")?;
                prepared.clear();
                Ok(true)
            }
            Session::Postgres { .. } | Session::Sqlite(_) => Ok(false),
        }
    }
}

fn word(value: Option<String>) -> String {
    value.unwrap_or_else(|| "NULL".to_owned())
}

fn text(value: ValueRef<'_>) -> Result<String> {
    Ok(match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8(text.to_vec())?,
        ValueRef::Blob(_) => bail!("nothing here writes bytes"),
    })
}
