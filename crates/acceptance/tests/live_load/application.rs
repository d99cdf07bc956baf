//! Code of one version, as it runs beside a migration: it writes rows that are its own, and reads back what it wrote.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database;
use whimbrel_run::Driver;

/// What one of them did.
#[derive(Debug, Default)]
pub struct Told {
    pub statements: usize,
    pub longest: Duration,
    /// The last value that it gave each row; `None` where it names no column for one.
    pub rows: BTreeMap<usize, Option<String>>,
}

pub struct Application {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Told>>,
}

/// A connection of an application's own, by its own library where that is SQLite.
enum Session {
    Sqlite(rusqlite::Connection),
    Postgres(Box<dyn Driver>),
}

impl Session {
    fn open(url: &str) -> Result<Self> {
        let Some(path) = url.strip_prefix("sqlite:///") else { return Ok(Session::Postgres(database::open(url)?)) };
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        Ok(Session::Sqlite(connection))
    }

    fn write(&mut self, sql: &str) -> Result<u64> {
        match self {
            Session::Sqlite(connection) => Ok(connection.execute(sql, [])? as u64),
            Session::Postgres(driver) => Ok(driver.execute(sql)?),
        }
    }

    fn read(&mut self, sql: &str) -> Result<Option<String>> {
        match self {
            Session::Sqlite(connection) => Ok(connection.query_row(sql, [], |row| row.get(0))?),
            Session::Postgres(driver) => {
                Ok(driver.query(sql, &[])?.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
            }
        }
    }
}

impl Application {
    /// Writes `column`, or only the key where there is none, in rows numbered from `first`.
    pub fn start(url: &str, column: Option<&'static str>, first: usize) -> Self {
        let (url, stop) = (url.to_string(), Arc::new(AtomicBool::new(false)));
        let stopped = stop.clone();
        Application { stop, thread: thread::spawn(move || run(&url, column, first, &stopped)) }
    }

    pub fn stop(self) -> Result<Told> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow::anyhow!("an application panicked"))?
    }
}

fn run(url: &str, column: Option<&'static str>, first: usize, stop: &AtomicBool) -> Result<Told> {
    let mut session = Session::open(url)?;
    let (mut told, mut number) = (Told::default(), 0_usize);
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let id = first + number % 500;
        let value = number.to_string();
        let sql = match (column, told.rows.contains_key(&id)) {
            (Some(column), true) => format!("UPDATE mail SET {column} = '{value}' WHERE id = {id}"),
            (Some(column), false) => format!("INSERT INTO mail (id, {column}) VALUES ({id}, '{value}')"),
            (None, true) => format!("UPDATE mail SET id = id WHERE id = {id}"),
            (None, false) => format!("INSERT INTO mail (id) VALUES ({id})"),
        };
        let began = Instant::now();
        let rows = session.write(&sql).with_context(|| sql.clone())?;
        told.longest = told.longest.max(began.elapsed());
        ensure!(rows == 1, "{sql} touched {rows} rows");
        told.rows.insert(id, column.map(|_| value.clone()));
        if let Some(column) = column {
            let sql = format!("SELECT CAST({column} AS text) FROM mail WHERE id = {id}");
            let began = Instant::now();
            let read = session.read(&sql).with_context(|| sql.clone())?;
            told.longest = told.longest.max(began.elapsed());
            ensure!(read.as_ref() == Some(&value), "row {id} reads {read:?}, and not {value}");
        }
        told.statements += 2;
        // One writer at a time: whoever comes back at once starves the others.
        thread::sleep(Duration::from_micros(500));
    }
    Ok(told)
}
