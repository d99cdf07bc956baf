//! What can be read off a file and the connection that changes it. SQLite has one lock for all of it, and whom that keeps
//! out is tried by another connection.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use whimbrel_plan::review::{Blocks, Touched};
use whimbrel_run::apply::Within;
use whimbrel_run::rehearse::{self, Fate, Reading, RelationKind, RelationReading, Size, TakenLock};
use whimbrel_run::{Driver, DriverError};
use whimbrel_schema::ObjectName;

pub(super) struct Gauge {
    /// `None` in memory, where nobody else is.
    file: Option<PathBuf>,
    /// How many rows the last statement went over.
    stepped: Arc<AtomicU64>,
    /// The first page of each table, by the name under which it was last seen, also after it is gone: a table that is
    /// built anew is dropped, and comes back under its name.
    roots: BTreeMap<String, u64>,
    before: Option<Before>,
}

struct Before {
    within: Within,
    tables: BTreeMap<String, Relation>,
    bytes: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Relation {
    name: String,
    table: String,
    kind: RelationKind,
    root: u64,
}

const RELATIONS: &str = "SELECT lower(name), name, tbl_name, type, rootpage FROM main.sqlite_master \
                         WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                         AND name NOT LIKE 'whimbrel\\_%' ESCAPE '\\' AND tbl_name NOT LIKE 'whimbrel\\_%' ESCAPE '\\'";

impl Gauge {
    pub fn of(file: Option<PathBuf>, stepped: Arc<AtomicU64>) -> Self {
        Gauge { file, stepped, roots: BTreeMap::new(), before: None }
    }

    /// Whom the open transaction keeps out, found out by trying.
    fn held(&self) -> Result<Blocks, DriverError> {
        let Some(file) = &self.file else { return Ok(Blocks::Nothing) };
        let failed = |error: rusqlite::Error| super::driver::error_of(&error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let other = Connection::open_with_flags(file, flags).map_err(failed)?;
        other.busy_timeout(Duration::ZERO).map_err(failed)?;
        let busy = |result: rusqlite::Result<()>| match result {
            Ok(()) => Ok(false),
            Err(error) => match super::driver::error_of(&error) {
                error if error.kind == whimbrel_run::DriverErrorKind::Busy => Ok(true),
                error => Err(error),
            },
        };
        if busy(other.query_row("SELECT count(*) FROM main.sqlite_master", [], |_| Ok(())))? {
            return Ok(Blocks::ReadsAndWrites);
        }
        match busy(other.execute_batch("BEGIN IMMEDIATE; ROLLBACK"))? {
            true => Ok(Blocks::Writes),
            false => Ok(Blocks::Nothing),
        }
    }
}

fn relations(driver: &mut dyn Driver) -> Result<BTreeMap<String, Relation>, DriverError> {
    let relation = |row: Vec<Option<String>>| {
        let [Some(key), Some(name), Some(table), Some(kind), Some(root)] = row.as_slice() else { return None };
        let kind = if kind == "index" { RelationKind::Index } else { RelationKind::Table };
        let (name, table) = (name.clone(), table.clone());
        Some((key.clone(), Relation { name, table, kind, root: root.parse().ok()? }))
    };
    Ok(driver.query(RELATIONS, &[])?.into_iter().filter_map(relation).collect())
}

fn number(driver: &mut dyn Driver, pragma: &str) -> Result<u64, DriverError> {
    let value = driver.query(&format!("PRAGMA main.{pragma}"), &[])?.into_iter().flatten().flatten().next();
    Ok(value.and_then(|value| value.parse().ok()).unwrap_or_default())
}

fn bytes(driver: &mut dyn Driver) -> Result<u64, DriverError> {
    Ok(number(driver, "page_count")? * number(driver, "page_size")?)
}

impl rehearse::Gauge for Gauge {
    fn before(&mut self, driver: &mut dyn Driver, within: Within) -> Result<(), DriverError> {
        let tables = relations(driver)?;
        for (key, relation) in &tables {
            self.roots.insert(key.clone(), relation.root);
        }
        self.before = Some(Before { within, tables, bytes: bytes(driver)? });
        Ok(())
    }

    fn after(&mut self, driver: &mut dyn Driver, _notices: &[String]) -> Result<Reading, DriverError> {
        let Some(before) = self.before.take() else { return Ok(Reading::default()) };
        let stepped = self.stepped.load(Ordering::Relaxed);
        let now = relations(driver)?;
        // Where pages are moved to give room back, a table may begin elsewhere and be the same.
        let moves = number(driver, "auto_vacuum")? != 0;
        let mut found = Vec::new();
        for (key, relation) in &now {
            let then = before.tables.get(key);
            let known = self.roots.insert(key.clone(), relation.root);
            let fate = match (then, known) {
                (Some(then), _) if then.root != relation.root && !moves => Fate::Rewritten,
                (Some(_), _) => Fate::Stayed,
                // It was there before it was dropped.
                (None, Some(_)) if relation.kind == RelationKind::Table => Fate::Replaced,
                (None, _) => Fate::Made,
            };
            found.push(reading(relation, fate));
        }
        let gone = before.tables.iter().filter(|(key, _)| !now.contains_key(*key));
        found.extend(gone.map(|(_, relation)| reading(relation, Fate::Gone)));
        let mut database = RelationReading::nothing(Touched::Database, RelationKind::Database);
        if before.within == Within::Transaction {
            // The transaction holds the write lock from its beginning: each statement in it is one during which it is held.
            let held = self.held()?;
            if held > Blocks::Nothing {
                let name = if held == Blocks::ReadsAndWrites { "EXCLUSIVE" } else { "RESERVED" };
                database.locks.push(TakenLock { name: name.to_string(), blocks: held });
            }
            database.rows_read = Some(stepped);
        }
        let size = Size { from: before.bytes, to: bytes(driver)? };
        found.push(database);
        found.retain(RelationReading::says_something);
        let sampled = before.within != Within::Transaction;
        Ok(Reading { relations: found, database_bytes: Some(size), sampled, ..Reading::default() })
    }

    fn includes(&self, predicted: &str, measured: &str) -> bool {
        let rank = |name: &str| match name {
            "SHARED" => 1,
            "RESERVED" => 2,
            // `any lock`.
            _ => 3,
        };
        rank(predicted) >= rank(measured)
    }

    fn unknown(&self) -> Vec<String> {
        [
            "which tables' rows were read: SQLite counts the rows of a statement, not those of a table",
            "bytes by table, of the write-ahead log and of temporary files",
            "pages that ALTER TABLE wrote where they are: only a table that was built anew is seen as rewritten",
            "the moment of a commit, in which readers wait too where the journal is no write-ahead log",
        ]
        .map(str::to_string)
        .to_vec()
    }
}

fn reading(relation: &Relation, fate: Fate) -> RelationReading {
    let mut reading =
        RelationReading::nothing(Touched::Relation(ObjectName::new(relation.name.clone())), relation.kind);
    reading.part_of = (relation.kind == RelationKind::Index).then(|| ObjectName::new(relation.table.clone()));
    reading.fate = fate;
    reading
}
