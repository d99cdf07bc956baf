//! How far each backfill is, in a table beside the ledger.
//!
//! The table is made when the first backfill begins, so that a ledger which never had one needs nothing new, and a
//! program that knows the ledger's first format reads all of it that it knows.

use std::str::FromStr;

use whimbrel_plan::Dialect;
use whimbrel_plan::backfill::Position;
use whimbrel_schema::ObjectName;

use super::stretch::{self, Stretches};
use crate::{Actor, Driver, DriverError, DriverErrorKind, Row};

pub const TABLE: &str = "whimbrel_backfill";

/// One backfill as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The event that began its revision, and its place within it.
    pub seq: i64,
    pub ordinal: i64,
    pub hash: String,
    pub table: String,
    /// How it is proved: see [`Proof::word`](whimbrel_plan::backfill::Proof::word).
    pub proof: String,
    /// Zero while it goes over the table for the first time.
    pub pass: u64,
    /// Behind which row it goes on; from the beginning of the pass without one.
    pub reached: Option<Position>,
    pub batches: u64,
    pub changed: u64,
    pub passed: u64,
    pub total: Option<u64>,
    pub batch_rows: u64,
    pub state: State,
    /// Rows that were left when it was last counted.
    pub left: Option<u64>,
    pub started_at: String,
    pub moved_at: String,
    /// Who asked for a pause.
    pub paused_by: Option<String>,
    /// What the batches were waiting for when they were last heard of.
    pub waits: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Running,
    Done,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Done => "done",
        }
    }
}

const COLUMNS: &str = "seq, ordinal, hash, relation, proof, pass, reached, batches, changed, passed, total, batch_rows, \
                       state, rows_left, started_at, moved_at, paused_by, waits";

/// The table, and the SQL about it.
#[derive(Clone)]
pub(crate) struct Checkpoints {
    name: String,
    dialect: &'static dyn Dialect,
}

impl Checkpoints {
    pub fn of(driver: &dyn Driver) -> Self {
        let dialect = driver.dialect();
        let namespace = driver.home().map(str::to_string);
        Checkpoints { name: dialect.quote_name(&ObjectName { namespace, name: TABLE.to_string() }), dialect }
    }

    pub fn create(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    seq INTEGER NOT NULL,\n    ordinal INTEGER NOT NULL,\n    \
             hash TEXT NOT NULL,\n    relation TEXT NOT NULL,\n    proof TEXT NOT NULL,\n    pass BIGINT NOT NULL,\n    \
             reached TEXT,\n    batches BIGINT NOT NULL,\n    changed BIGINT NOT NULL,\n    passed BIGINT NOT NULL,\n    \
             total BIGINT,\n    batch_rows BIGINT NOT NULL,\n    state TEXT NOT NULL,\n    rows_left BIGINT,\n    \
             started_at TEXT NOT NULL,\n    moved_at TEXT NOT NULL,\n    paused_by TEXT,\n    waits TEXT,\n    \
             PRIMARY KEY (seq, ordinal)\n)",
            self.name
        )
    }

    pub fn find(&self, driver: &mut dyn Driver, seq: i64, ordinal: i64) -> Result<Option<Checkpoint>, DriverError> {
        let query = format!("SELECT {COLUMNS} FROM {} WHERE seq = {seq} AND ordinal = {ordinal}", self.name);
        driver.query(&query, &[])?.into_iter().next().map(read_row).transpose()
    }

    pub fn insert(&self, checkpoint: &Checkpoint) -> String {
        format!("INSERT INTO {} ({COLUMNS}) VALUES ({})", self.name, self.values(checkpoint).join(", "))
    }

    /// Moves it on, if it is where this run left it: whoever finds none has been overtaken.
    pub fn advance(&self, checkpoint: &Checkpoint, from: u64) -> String {
        let text = |value: &str| self.dialect.literal(value);
        format!(
            "UPDATE {} SET pass = {}, reached = {}, batches = {}, changed = {}, passed = {}, batch_rows = {}, \
             state = {}, rows_left = {}, moved_at = {}, waits = NULL WHERE seq = {} AND ordinal = {} AND batches = {from} AND hash = {}",
            self.name,
            checkpoint.pass,
            position(self.dialect, checkpoint.reached.as_ref()),
            checkpoint.batches,
            checkpoint.changed,
            checkpoint.passed,
            checkpoint.batch_rows,
            text(checkpoint.state.word()),
            number(checkpoint.left),
            text(&checkpoint.moved_at),
            checkpoint.seq,
            checkpoint.ordinal,
            text(&checkpoint.hash),
        )
    }

    /// Says for whoever asks what is waited for; `None` when it is over.
    pub fn wait(&self, checkpoint: &Checkpoint, why: Option<&str>) -> String {
        let why = why.map_or("NULL".to_string(), |why| self.dialect.literal(why));
        format!(
            "UPDATE {} SET waits = {why} WHERE seq = {} AND ordinal = {} AND hash = {}",
            self.name,
            checkpoint.seq,
            checkpoint.ordinal,
            self.dialect.literal(&checkpoint.hash),
        )
    }

    /// All that is known of it, its parts too.
    pub fn forget(&self, driver: &mut dyn Driver, checkpoint: &Checkpoint) -> Result<Vec<String>, DriverError> {
        let (seq, ordinal) = (checkpoint.seq, checkpoint.ordinal);
        let own = format!("DELETE FROM {} WHERE seq = {seq} AND ordinal = {ordinal}", self.name);
        let parts = driver.has_table(stretch::TABLE)?.then(|| Stretches::of(driver, checkpoint).forget());
        Ok([own].into_iter().chain(parts).collect())
    }

    /// Who asked for a pause, if somebody did.
    pub fn paused_by(&self, driver: &mut dyn Driver, seq: i64, ordinal: i64) -> Result<Option<String>, DriverError> {
        let query = format!("SELECT paused_by FROM {} WHERE seq = {seq} AND ordinal = {ordinal}", self.name);
        Ok(driver.query(&query, &[])?.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
    }

    fn values(&self, it: &Checkpoint) -> Vec<String> {
        let text = |value: &str| self.dialect.literal(value);
        vec![
            it.seq.to_string(),
            it.ordinal.to_string(),
            text(&it.hash),
            text(&it.table),
            text(&it.proof),
            it.pass.to_string(),
            position(self.dialect, it.reached.as_ref()),
            it.batches.to_string(),
            it.changed.to_string(),
            it.passed.to_string(),
            number(it.total),
            it.batch_rows.to_string(),
            text(it.state.word()),
            number(it.left),
            text(&it.started_at),
            text(&it.moved_at),
            it.paused_by.as_deref().map_or("NULL".to_string(), text),
            it.waits.as_deref().map_or("NULL".to_string(), text),
        ]
    }
}

fn number(value: Option<u64>) -> String {
    value.map_or("NULL".to_string(), |value| value.to_string())
}

pub(super) fn position(dialect: &dyn Dialect, position: Option<&Position>) -> String {
    let text = position.and_then(|position| serde_json::to_string(position).ok());
    text.map_or("NULL".to_string(), |text| dialect.literal(&text))
}

/// Every backfill that this database has seen, oldest first.
pub fn read(driver: &mut dyn Driver) -> Result<Vec<Checkpoint>, DriverError> {
    if !driver.has_table(TABLE)? {
        return Ok(Vec::new());
    }
    let checkpoints = Checkpoints::of(driver);
    let query = format!("SELECT {COLUMNS} FROM {} ORDER BY seq, ordinal", checkpoints.name);
    let read: Result<Vec<Checkpoint>, DriverError> = driver.query(&query, &[])?.into_iter().map(read_row).collect();
    let mut read = read?;
    for checkpoint in read.iter_mut().filter(|checkpoint| checkpoint.state == State::Running) {
        add_parts(driver, checkpoint)?;
    }
    Ok(read)
}

/// What several connections have done of it side by side.
pub(crate) fn add_parts(driver: &mut dyn Driver, checkpoint: &mut Checkpoint) -> Result<(), DriverError> {
    let parts = Stretches::of(driver, checkpoint).read(driver)?;
    stretch::add(checkpoint, &parts);
    Ok(())
}

/// Asks those that are not done to pause, or to go on. Gives how many there are.
pub fn ask(driver: &mut dyn Driver, pause: Option<&Actor>) -> Result<u64, DriverError> {
    if !driver.has_table(TABLE)? {
        return Ok(0);
    }
    let checkpoints = Checkpoints::of(driver);
    let by = pause.map_or("NULL".to_string(), |actor| checkpoints.dialect.literal(&actor.who));
    driver.execute(&format!("UPDATE {} SET paused_by = {by} WHERE state = 'running'", checkpoints.name))
}

pub(super) fn unreadable(table: &str) -> DriverError {
    DriverError::new(DriverErrorKind::Statement, format!("a row of {table} cannot be read"))
}

pub(super) fn maybe<T: FromStr>(value: Option<String>) -> Option<T> {
    value.and_then(|value| value.parse().ok())
}

fn read_row(row: Row) -> Result<Checkpoint, DriverError> {
    let bad = || unreadable(TABLE);
    let mut values = row.into_iter();
    let mut next = || values.next().flatten();
    Ok(Checkpoint {
        seq: maybe(next()).ok_or_else(bad)?,
        ordinal: maybe(next()).ok_or_else(bad)?,
        hash: next().ok_or_else(bad)?,
        table: next().ok_or_else(bad)?,
        proof: next().ok_or_else(bad)?,
        pass: maybe(next()).ok_or_else(bad)?,
        reached: next().map(|text| serde_json::from_str(&text).map_err(|_| bad())).transpose()?,
        batches: maybe(next()).ok_or_else(bad)?,
        changed: maybe(next()).ok_or_else(bad)?,
        passed: maybe(next()).ok_or_else(bad)?,
        total: maybe(next()),
        batch_rows: maybe(next()).ok_or_else(bad)?,
        state: match next().as_deref() {
            Some("running") => State::Running,
            Some("done") => State::Done,
            Some(_) | None => return Err(bad()),
        },
        left: maybe(next()),
        started_at: next().ok_or_else(bad)?,
        moved_at: next().ok_or_else(bad)?,
        paused_by: next(),
        waits: next(),
    })
}
