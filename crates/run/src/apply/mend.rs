//! What can be put right once somebody has agreed: rows that are not in step, an index that never became valid, the
//! session of a run that is gone. Nothing here is done by looking.

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::Duration;

use thiserror::Error;
use whimbrel_plan::backfill::BackfillPlan;
use whimbrel_plan::evolution::dual_write::{Mend, Rule};
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, Phase, RevisionId};
use whimbrel_schema::{ObjectName, Schema, Table};

use crate::{AtWork, Driver, DriverError, DriverErrorKind};

/// So many rows are named.
const NAMED: usize = 5;
/// So many are written in one transaction.
const BATCH: usize = 1000;
/// A row that somebody else has locked is waited for so often, this long each time.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// Rows of one table in which old columns and new ones say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutOfStep {
    pub table: ObjectName,
    pub columns: Vec<String>,
    /// `None` where counting takes too long.
    pub rows: Option<u64>,
    pub named: Vec<String>,
    pub ways: Vec<Way>,
}

/// What was seen of all tables.
#[derive(Debug, Default)]
pub(super) struct Looked {
    pub out_of_step: Vec<OutOfStep>,
    /// Tables of which it cannot be seen within the time, each with why.
    pub unseen: Vec<(ObjectName, String)>,
}

/// One side written from the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What is written, by which the way is chosen: `email.title`.
    pub name: String,
    pub writes: Vec<String>,
    /// What is taken for right.
    pub from: Vec<String>,
    pub sql: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidIndex {
    pub name: ObjectName,
    /// What makes it valid, or takes away what a rebuild has left.
    pub sql: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mended {
    Rows { table: ObjectName, writes: Vec<String>, rows: u64 },
    Index { sql: String },
    Session { pid: Option<i64> },
}

#[derive(Debug, Error)]
pub enum MendError {
    #[error("nothing here that is called `{name}` is to be put right")]
    NotFound { name: String },
    #[error("another run is at work{}", pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    Running { pid: Option<i64> },
    #[error("rows of `{table}` fall out of step as fast as they are put right: something writes them so")]
    Endless { table: ObjectName },
    #[error(transparent)]
    Driver(#[from] DriverError),
}

/// The name under which the session of a run that is gone is ended.
pub const LOCK: &str = "lock";

pub(super) fn invalid_index(name: ObjectName, driver: &dyn Driver) -> Option<InvalidIndex> {
    let sql = driver.makes_valid(&name)?;
    Some(InvalidIndex { name, sql })
}

/// Every table with rows that are not in step, but for those that a backfill is still to fill.
pub(super) fn out_of_step(
    driver: &mut dyn Driver,
    history: &History,
    applied: &BTreeSet<RevisionId>,
    at_most: Duration,
) -> Result<Looked, DriverError> {
    let (live, dialect) = (driver.introspect()?, driver.dialect());
    let mut looked = Looked::default();
    let waiting = to_be_filled(history, applied, &live, driver);
    for (rule, table) in rules(&live, driver).iter().filter(|(rule, _)| !waiting.contains(&rule.table)) {
        let Some(few) = rule.broken_rows(table, NAMED, dialect) else { continue };
        let rows = match driver.query_within(&few.sql, Some(at_most)) {
            Ok(rows) => rows,
            Err(error) if matches!(error.kind, DriverErrorKind::Lost | DriverErrorKind::Cancelled) => {
                return Err(error);
            }
            Err(error) => {
                looked.unseen.push((rule.table.clone(), error.message));
                continue;
            }
        };
        if rows.is_empty() {
            continue;
        }
        let counted = driver.query_within(&rule.count(dialect), Some(at_most)).ok();
        let counted = counted.and_then(|rows| rows.into_iter().flatten().flatten().next()?.parse().ok());
        looked.out_of_step.push(OutOfStep {
            table: rule.table.clone(),
            columns: rule.columns.clone(),
            rows: counted,
            named: rows.iter().map(|row| few.name(row)).collect(),
            ways: rule.mends.iter().map(|mend| way(rule, mend, driver)).collect(),
        });
    }
    Ok(looked)
}

fn rules<'s>(live: &'s Schema, driver: &dyn Driver) -> Vec<(Rule, &'s Table)> {
    let of = |table: &'s Table| driver.dialect().rules(table, live).into_iter().map(move |rule| (rule, table));
    live.tables.values().flat_map(of).collect()
}

fn way(rule: &Rule, mend: &Mend, driver: &dyn Driver) -> Way {
    Way {
        name: name(rule, mend),
        writes: mend.writes.clone(),
        from: rule.columns.iter().filter(|column| !mend.writes.contains(column)).cloned().collect(),
        sql: rule.update(mend, driver.dialect()),
    }
}

fn name(rule: &Rule, mend: &Mend) -> String {
    format!("{}.{}", rule.table, mend.writes.first().map_or("", String::as_str))
}

/// Tables of which a backfill has not run yet: their rows are no mistake.
fn to_be_filled(
    history: &History,
    applied: &BTreeSet<RevisionId>,
    live: &Schema,
    driver: &dyn Driver,
) -> BTreeSet<ObjectName> {
    let pending = history
        .revisions()
        .iter()
        .filter(|revision| revision.phase == Some(Phase::Backfill) && !applied.contains(&revision.id));
    let statements = pending.filter_map(|revision| revision.statements(Direction::Up, driver.dialect()).ok()).flatten();
    let plans = statements.filter_map(|statement| BackfillPlan::new(&statement.sql, live, driver.dialect()).ok());
    plans.map(|plan| plan.table).collect()
}

/// Puts right what is called so. Whoever calls this has been told the statement.
pub fn mend(driver: &mut dyn Driver, called: &str) -> Result<Mended, MendError> {
    if called == LOCK {
        return end_session(driver);
    }
    if !driver.lock(Duration::ZERO)? {
        return Err(MendError::Running { pid: driver.at_work()?.and_then(|run| run.pid) });
    }
    let mended = rows_or_index(driver, called);
    driver.unlock()?;
    mended
}

fn end_session(driver: &mut dyn Driver) -> Result<Mended, MendError> {
    let gone = driver.at_work()?.filter(AtWork::seems_gone);
    let not_found = || MendError::NotFound { name: LOCK.to_string() };
    let run = gone.ok_or_else(not_found)?;
    match driver.end_session(&run)? {
        true => Ok(Mended::Session { pid: run.pid }),
        false => Err(not_found()),
    }
}

fn rows_or_index(driver: &mut dyn Driver, called: &str) -> Result<Mended, MendError> {
    let invalid = driver.facts()?.invalid_indexes;
    if let Some(index) = invalid.into_iter().find(|index| index.to_string() == called || index.name == called) {
        let not_found = || MendError::NotFound { name: called.to_string() };
        let InvalidIndex { sql, .. } = invalid_index(index, driver).ok_or_else(not_found)?;
        driver.execute(&sql)?;
        return Ok(Mended::Index { sql });
    }
    let live = driver.introspect()?;
    let rules = rules(&live, driver);
    let chosen = rules.iter().find_map(|(rule, table)| {
        let mend = rule.mends.iter().find(|mend| name(rule, mend) == called)?;
        Some((rule, mend, *table))
    });
    let Some((rule, mend, table)) = chosen else { return Err(MendError::NotFound { name: called.to_string() }) };
    let Some(sql) = rule.update_some(mend, table, BATCH, driver.dialect()) else {
        return Err(MendError::NotFound { name: called.to_string() });
    };
    let count = driver.query(&rule.count(driver.dialect()), &[])?;
    let count: u64 = count.into_iter().flatten().flatten().next().and_then(|text| text.parse().ok()).unwrap_or(0);
    driver.prepare_session()?;
    driver.begin_batches()?;
    let written = in_batches(driver, &sql, count, &rule.table);
    driver.end_batches()?;
    Ok(Mended::Rows { table: rule.table.clone(), writes: mend.writes.clone(), rows: written? })
}

/// Each batch is a transaction of its own: a run that is killed has put some right, and the next one goes on.
fn in_batches(driver: &mut dyn Driver, sql: &str, count: u64, table: &ObjectName) -> Result<u64, MendError> {
    let most = count / BATCH as u64 * 2 + 10;
    let (mut written, mut busy) = (0, 0);
    for _ in 0..most {
        let batch = driver.begin().and_then(|()| driver.execute_batch(sql));
        match batch.and_then(|rows| driver.commit().map(|()| rows)) {
            Ok(0) => return Ok(written),
            Ok(rows) => written += rows,
            Err(error) => {
                driver.rollback()?;
                busy += 1;
                if error.kind != DriverErrorKind::Busy || busy > TRIES {
                    return Err(error.into());
                }
                sleep(PAUSE);
            }
        }
    }
    Err(MendError::Endless { table: table.clone() })
}
