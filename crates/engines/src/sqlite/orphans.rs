//! Rows that refer to rows that are not there.
//!
//! Foreign keys are off while a revision runs, and all of them are checked at its end. Orphans that were there before
//! it began are not its fault and do not stop it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Orphan {
    table: String,
    row: Place,
    parent: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Place {
    /// The key's columns are no key of the other table, so that no row can be checked.
    WholeKey,
    Row(i64),
    /// In a table without rowids.
    SomeRow,
}

/// How often each is there: rows without a rowid cannot be told apart.
type Found = HashMap<Orphan, usize>;

pub(super) struct Orphans {
    /// `None` in memory.
    file: Option<PathBuf>,
    watching: bool,
    /// The next transaction breaks nothing.
    spared: bool,
    before: Option<(Found, Stamp)>,
    after: Option<Found>,
}

/// Moves whenever rows or tables have changed, whoever changed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    others: i64,
    own: u64,
    schema: i64,
}

impl Orphans {
    pub fn new(file: Option<PathBuf>) -> Self {
        Orphans { file, watching: false, spared: false, before: None, after: None }
    }

    /// From now on, each transaction may be asked about. Before, nobody pays for it.
    pub fn watch(&mut self) {
        self.watching = true;
    }

    /// The next transaction will not be asked about.
    pub fn spare(&mut self) {
        self.spared = true;
    }

    /// At the beginning of a transaction. What it finds is looked at later, and only if there are orphans at its end;
    /// unless it cannot be looked at then.
    pub fn begin(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.after = None;
        if std::mem::take(&mut self.spared) || !self.watching {
            return Ok(());
        }
        let now = stamp(connection)?;
        self.before = self.before.take().filter(|(_, seen)| *seen == now);
        if self.before.is_none() && !self.can_look_back(connection)? {
            self.before = Some((find(connection)?, now));
        }
        Ok(())
    }

    /// Whether another connection will be able to read what was there before this transaction: always with a
    /// write-ahead log; with a rollback journal, as long as all that changes fits into memory.
    fn can_look_back(&self, connection: &Connection) -> rusqlite::Result<bool> {
        if self.file.is_none() {
            return Ok(false);
        }
        let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let fits = || Ok(number("page_count")?.saturating_mul(number("page_size")?) < CACHE_KIB * 1024 / 2);
        if journal == "wal" { Ok(true) } else { fits() }
    }

    pub fn new_ones(&mut self, connection: &Connection) -> rusqlite::Result<Vec<String>> {
        let after = find(connection)?;
        let words = if after.is_empty() { Vec::new() } else { describe(&unexplained(&self.found_before()?, &after)) };
        self.after = Some(after);
        Ok(words)
    }

    fn found_before(&self) -> rusqlite::Result<Found> {
        match (&self.before, &self.file) {
            (Some((found, _)), _) => Ok(found.clone()),
            (None, Some(file)) => {
                let other = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                other.busy_timeout(Duration::from_secs(2))?;
                find(&other)
            }
            (None, None) => Ok(Found::new()),
        }
    }

    pub fn commit(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some(after) = self.after.take() {
            self.before = Some((after, stamp(connection)?));
        }
        Ok(())
    }

    pub fn forget(&mut self) {
        self.after = None;
    }
}

/// How much a transaction may change before SQLite writes to the file itself, which shuts out all readers where there
/// is only a rollback journal.
pub(super) const CACHE_KIB: i64 = 64 * 1024;

fn stamp(connection: &Connection) -> rusqlite::Result<Stamp> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok(Stamp { others: pragma("data_version")?, own: connection.total_changes(), schema: pragma("schema_version")? })
}

fn find(connection: &Connection) -> rusqlite::Result<Found> {
    match check(connection, None) {
        // A key that fits nothing in the other table fails the whole check; the other tables still have to be looked at.
        Err(rusqlite::Error::SqliteFailure(..) | rusqlite::Error::SqlInputError { .. }) => one_by_one(connection),
        found => found,
    }
}

fn one_by_one(connection: &Connection) -> rusqlite::Result<Found> {
    let mut query = connection.prepare(
        "SELECT DISTINCT m.name, k.\"table\" FROM main.sqlite_master m, pragma_foreign_key_list(m.name) k \
         WHERE m.type = 'table'",
    )?;
    let pairs = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let pairs: Vec<(String, String)> = pairs.collect::<Result<_, _>>()?;
    let mut found = Found::new();
    let mut looked_at = HashSet::new();
    for (table, parent) in pairs {
        if !looked_at.insert(table.clone()) {
            continue;
        }
        match check(connection, Some(&table)) {
            Ok(more) => found.extend(more),
            Err(rusqlite::Error::SqliteFailure(..) | rusqlite::Error::SqlInputError { .. }) => {
                found.insert(Orphan { table, row: Place::WholeKey, parent }, 1);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn check(connection: &Connection, table: Option<&str>) -> rusqlite::Result<Found> {
    let sql = match table {
        Some(_) => "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check(?1)",
        None => "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check",
    };
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query(rusqlite::params_from_iter(table))?;
    let mut found = Found::new();
    while let Some(row) = rows.next()? {
        let place = row.get::<_, Option<i64>>(1)?.map_or(Place::SomeRow, Place::Row);
        let orphan = Orphan { table: row.get(0)?, row: place, parent: row.get(2)? };
        *found.entry(orphan).or_default() += 1;
    }
    Ok(found)
}

/// What is there now and was not before. An orphan whose table or whose parent has been renamed is the same orphan.
fn unexplained(before: &Found, after: &Found) -> Vec<Orphan> {
    let surplus = |of: &Found, over: &Found| -> Vec<Orphan> {
        of.iter()
            .flat_map(|(orphan, count)| {
                let more = count.saturating_sub(over.get(orphan).copied().unwrap_or(0));
                std::iter::repeat_n(orphan.clone(), more)
            })
            .collect()
    };
    let mut gone: HashMap<Place, Vec<Orphan>> = HashMap::new();
    for orphan in surplus(before, after) {
        gone.entry(orphan.row).or_default().push(orphan);
    }
    let mut new = surplus(after, before);
    new.retain(|orphan| {
        let candidates = gone.entry(orphan.row).or_default();
        let renamed = |was: &Orphan| was.table == orphan.table || was.parent == orphan.parent;
        let found = candidates.iter().position(renamed);
        found.map(|at| candidates.swap_remove(at)).is_none()
    });
    new.sort();
    new
}

const SHOWN: usize = 20;

fn describe(orphans: &[Orphan]) -> Vec<String> {
    let mut words: Vec<String> = orphans.iter().take(SHOWN).map(describe_one).collect();
    if orphans.len() > SHOWN {
        words.push(format!("and {} more rows like these", orphans.len() - SHOWN));
    }
    words
}

fn describe_one(Orphan { table, row, parent }: &Orphan) -> String {
    match row {
        Place::WholeKey => {
            format!("a foreign key of `{table}` refers to columns of `{parent}` that are no key there")
        }
        Place::Row(row) => format!("row {row} of `{table}` refers to a row of `{parent}` that is not there"),
        Place::SomeRow => format!("a row of `{table}` refers to a row of `{parent}` that is not there"),
    }
}
