//! Rows that refer to rows that are not there.
//!
//! Foreign keys are off while a revision runs, and all of them are checked at its end. Orphans that were there before
//! it began are not its fault and do not stop it.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

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

#[derive(Default)]
pub(super) struct Orphans {
    watching: bool,
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
    /// From now on, what each transaction finds is looked at. Before, nobody has asked for it and nobody pays for it.
    pub fn watch(&mut self) {
        self.watching = true;
    }

    pub fn refresh(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.after = None;
        if !self.watching {
            return Ok(());
        }
        let stamp = stamp(connection)?;
        if self.before.as_ref().is_none_or(|(_, seen)| *seen != stamp) {
            self.before = Some((find(connection)?, stamp));
        }
        Ok(())
    }

    pub fn new_ones(&mut self, connection: &Connection) -> rusqlite::Result<Vec<String>> {
        let after = find(connection)?;
        let none = Found::new();
        let before = self.before.as_ref().map_or(&none, |(found, _)| found);
        let words = describe(&unexplained(before, &after));
        self.after = Some(after);
        Ok(words)
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
