use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use anyhow::{Result, bail};
use rusqlite::types::ValueRef;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, NoTls};

use super::code::Statement;

/// A connection of an application's own, by a library of its own and not by whimbrel's driver.
pub enum Session {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Postgres>),
}

/// What is read is prepared once, as drivers do that know a statement again.
pub struct Postgres {
    runtime: Runtime,
    client: Client,
    prepared: BTreeMap<String, tokio_postgres::Statement>,
}

/// What is waited for longer has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

impl Session {
    pub fn open(url: &str) -> Result<Session> {
        let Some(path) = url.strip_prefix("sqlite:///") else {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls))?;
            // What goes wrong with it is told to whoever asks for something.
            runtime.spawn(async { drop(connection.await) });
            runtime.block_on(client.batch_execute(&format!("SET statement_timeout = {}", PATIENCE.as_millis())))?;
            return Ok(Session::Postgres(Box::new(Postgres { runtime, client, prepared: BTreeMap::new() })));
        };
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.execute_batch("PRAGMA foreign_keys = on; PRAGMA synchronous = off")?;
        Ok(Session::Sqlite(connection))
    }

    pub fn write(&mut self, sql: &str) -> Result<u64> {
        match self {
            Session::Sqlite(connection) => Ok(u64::try_from(connection.prepare_cached(sql)?.execute([])?)?),
            Session::Postgres(session) => {
                Ok(session.runtime.block_on(session.client.execute(sql, &[])).map_err(told)?)
            }
        }
    }

    /// The one value of one row; `NULL` in these letters.
    pub fn read(&mut self, statement: &Statement, id: u64) -> Result<Option<String>> {
        match self {
            Session::Sqlite(connection) => {
                let mut select = connection.prepare_cached(&statement.prepared())?;
                let mut rows = select.query([i64::try_from(id)?])?;
                rows.next()?.map(|row| text(row.get_ref(0)?)).transpose()
            }
            Session::Postgres(session) => session.read(statement.prepared(), id),
        }
    }

    /// After a statement that was prepared reads another type now: those that are prepared are forgotten.
    pub fn prepares_again(&mut self, error: &anyhow::Error) -> bool {
        match self {
            Session::Postgres(session) if error.to_string().contains("cached plan must not change") => {
                session.prepared.clear();
                true
            }
            Session::Postgres(_) | Session::Sqlite(_) => false,
        }
    }
}

impl Postgres {
    fn read(&mut self, sql: String, id: u64) -> Result<Option<String>> {
        let (runtime, client) = (&self.runtime, &self.client);
        let statement = match self.prepared.get(&sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = runtime.block_on(client.prepare(&sql)).map_err(told)?;
                self.prepared.entry(sql).or_insert(statement).clone()
            }
        };
        // A key that has grown is asked for as what it is now.
        let (narrow, wide) = (i32::try_from(id)?, i64::try_from(id)?);
        let id: &(dyn ToSql + Sync) = if *statement.params() == [Type::INT8] { &wide } else { &narrow };
        let row = runtime.block_on(client.query_opt(&statement, &[id])).map_err(told)?;
        let Some(row) = row else { return Ok(None) };
        let value: Option<Word> = row.try_get(0).map_err(told)?;
        Ok(Some(value.map_or_else(|| "NULL".to_owned(), |word| word.0)))
    }
}

/// In the server's words.
fn told(error: tokio_postgres::Error) -> anyhow::Error {
    match error.as_db_error().map(|error| error.message().to_owned()) {
        Some(message) => anyhow::Error::from(error).context(message),
        None => error.into(),
    }
}

/// A number or a text, as text.
struct Word(String);

impl<'r> FromSql<'r> for Word {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Word, Box<dyn Error + Sync + Send>> {
        Ok(Word(match *ty {
            Type::INT4 => i32::from_sql(ty, raw)?.to_string(),
            Type::INT8 => i64::from_sql(ty, raw)?.to_string(),
            _ => String::from_utf8(raw.to_vec())?,
        }))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
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
