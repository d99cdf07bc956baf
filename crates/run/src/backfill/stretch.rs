//! The parts of a table that several connections go over side by side, each with how far it is.
//!
//! Each part has a row of its own: batches that run side by side must not wait for each other's commit, as they would if
//! all of them moved one row on. The parts are disjoint and together they are all that was left of the first pass when
//! they were cut, so that the pass is over when each of them is.

use whimbrel_plan::Dialect;
use whimbrel_plan::backfill::Position;
use whimbrel_schema::ObjectName;

use super::Checkpoint;
use super::checkpoint::{maybe, position, unreadable};
use crate::{Driver, DriverError, Row};

pub(super) const TABLE: &str = "whimbrel_backfill_stretch";

/// One part, from the row behind which it goes on to the last row that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub number: i64,
    pub reached: Option<Position>,
    /// Whatever comes behind belongs to it where there is none.
    pub upto: Option<Position>,
    pub batches: u64,
    pub changed: u64,
    pub passed: u64,
    pub batch_rows: u64,
    pub done: bool,
    pub moved_at: String,
}

impl Stretch {
    pub fn new(number: i64, reached: Option<Position>, upto: Option<Position>, moved_at: String) -> Self {
        Stretch { number, reached, upto, batches: 0, changed: 0, passed: 0, batch_rows: 0, done: false, moved_at }
    }
}

/// The table of one backfill's parts, and the SQL about it.
#[derive(Clone)]
pub(super) struct Stretches {
    name: String,
    dialect: &'static dyn Dialect,
    seq: i64,
    ordinal: i64,
    hash: String,
}

/// What changes as a part moves on.
const MOVING: &str = "reached, upto, batches, changed, passed, batch_rows, done, moved_at";

impl Stretches {
    pub fn of(driver: &dyn Driver, checkpoint: &Checkpoint) -> Self {
        let (dialect, namespace) = (driver.dialect(), driver.home().map(str::to_string));
        let name = dialect.quote_name(&ObjectName { namespace, name: TABLE.to_string() });
        Stretches { name, dialect, seq: checkpoint.seq, ordinal: checkpoint.ordinal, hash: checkpoint.hash.clone() }
    }

    pub fn create(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    seq INTEGER NOT NULL,\n    ordinal INTEGER NOT NULL,\n    \
             number INTEGER NOT NULL,\n    hash TEXT NOT NULL,\n    reached TEXT,\n    upto TEXT,\n    \
             batches BIGINT NOT NULL,\n    changed BIGINT NOT NULL,\n    passed BIGINT NOT NULL,\n    \
             batch_rows BIGINT NOT NULL,\n    done INTEGER NOT NULL,\n    moved_at TEXT NOT NULL,\n    \
             PRIMARY KEY (seq, ordinal, number)\n)",
            self.name
        )
    }

    /// All of them, in the order in which they were cut; none where the table was never cut.
    pub fn read(&self, driver: &mut dyn Driver) -> Result<Vec<Stretch>, DriverError> {
        if !driver.has_table(TABLE)? {
            return Ok(Vec::new());
        }
        let query = format!("SELECT number, {MOVING} FROM {} WHERE {} ORDER BY number", self.name, self.mine());
        driver.query(&query, &[])?.into_iter().map(read_row).collect()
    }

    pub fn find(&self, driver: &mut dyn Driver, number: i64) -> Result<Option<Stretch>, DriverError> {
        let query = format!("SELECT number, {MOVING} FROM {} WHERE {} AND number = {number}", self.name, self.mine());
        driver.query(&query, &[])?.into_iter().next().map(read_row).transpose()
    }

    pub fn insert(&self, it: &Stretch) -> String {
        format!(
            "INSERT INTO {} (seq, ordinal, hash, number, {MOVING}) VALUES ({}, {}, {}, {}, {})",
            self.name,
            self.seq,
            self.ordinal,
            self.dialect.literal(&self.hash),
            it.number,
            self.moved(it).join(", "),
        )
    }

    /// Moves it on, if it is where it was left: whoever finds none has been overtaken.
    pub fn advance(&self, it: &Stretch, from: u64) -> String {
        let moved: Vec<String> =
            MOVING.split(", ").zip(self.moved(it)).map(|(column, value)| format!("{column} = {value}")).collect();
        format!(
            "UPDATE {} SET {} WHERE {} AND number = {} AND batches = {from}",
            self.name,
            moved.join(", "),
            self.mine(),
            it.number,
        )
    }

    /// The values of [`MOVING`].
    fn moved(&self, it: &Stretch) -> [String; 8] {
        [
            position(self.dialect, it.reached.as_ref()),
            position(self.dialect, it.upto.as_ref()),
            it.batches.to_string(),
            it.changed.to_string(),
            it.passed.to_string(),
            it.batch_rows.to_string(),
            i32::from(it.done).to_string(),
            self.dialect.literal(&it.moved_at),
        ]
    }

    pub fn forget(&self) -> String {
        format!("DELETE FROM {} WHERE seq = {} AND ordinal = {}", self.name, self.seq, self.ordinal)
    }

    /// Those of other words of the statement are nobody's any more.
    fn mine(&self) -> String {
        let hash = self.dialect.literal(&self.hash);
        format!("seq = {} AND ordinal = {} AND hash = {hash}", self.seq, self.ordinal)
    }
}

/// What its parts have done on top of what one connection did before they were cut.
pub(super) fn add(checkpoint: &mut Checkpoint, stretches: &[Stretch]) {
    for stretch in stretches {
        checkpoint.batches += stretch.batches;
        checkpoint.changed += stretch.changed;
        checkpoint.passed += stretch.passed;
        if stretch.moved_at > checkpoint.moved_at {
            checkpoint.moved_at.clone_from(&stretch.moved_at);
        }
    }
}

fn read_row(row: Row) -> Result<Stretch, DriverError> {
    let bad = || unreadable(TABLE);
    let mut values = row.into_iter();
    let mut next = || values.next().flatten();
    let place = |text: Option<String>| text.map(|text| serde_json::from_str(&text).map_err(|_| bad())).transpose();
    Ok(Stretch {
        number: maybe(next()).ok_or_else(bad)?,
        reached: place(next())?,
        upto: place(next())?,
        batches: maybe(next()).ok_or_else(bad)?,
        changed: maybe(next()).ok_or_else(bad)?,
        passed: maybe(next()).ok_or_else(bad)?,
        batch_rows: maybe(next()).ok_or_else(bad)?,
        done: maybe::<i32>(next()).ok_or_else(bad)? != 0,
        moved_at: next().ok_or_else(bad)?,
    })
}
