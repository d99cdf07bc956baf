//! What an earlier run left, looked at and not touched.

use std::time::Duration;

use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, RevisionId};
use whimbrel_schema::ObjectName;

use super::job::Job;
use super::mend::{self, InvalidIndex, Looked, OutOfStep};
use super::recover::{Decision, decide};
use super::resume::done_before;
use super::{Failure, Refusal};
use crate::guard::Then;
use crate::ledger::{self, AppliedRevision, EventDirection, LedgerEvent, StatementOutcome, StatementRow};
use crate::{AtWork, Driver, DriverErrorKind, backfill};

/// A database after runs that may have stopped half-way.
#[derive(Debug, Clone, Default)]
pub struct Examined {
    /// Another run has the lock: what is half-way may be on its way.
    pub running: bool,
    pub unfinished: Option<Unfinished>,
    /// That run.
    pub at_work: Option<AtWork>,
    /// Indexes that no query uses, whoever left them; not those that the next run clears away by itself.
    pub invalid_indexes: Vec<InvalidIndex>,
    pub out_of_step: Vec<OutOfStep>,
    /// Tables of which it cannot be seen whether their rows are in step, each with why.
    pub unseen: Vec<(ObjectName, String)>,
    /// Revisions that are not applied, while some that come after them are.
    pub overtaken: Vec<RevisionId>,
}

/// How long somebody who looks after what is left waits for one query.
const PATIENCE: Duration = Duration::from_secs(30);

/// A revision that was begun and not ended.
#[derive(Debug, Clone)]
pub struct Unfinished {
    pub event: LedgerEvent,
    /// The direction in which it is ended.
    pub direction: Direction,
    pub done: usize,
    pub of: usize,
    /// `None` where the run stopped between two statements.
    pub statement: Option<Stopped>,
}

/// The statement at which the run stopped.
#[derive(Debug, Clone)]
pub struct Stopped {
    pub ordinal: usize,
    pub sql: String,
    /// What the engine said, where it refused.
    pub error: Option<String>,
    pub verdict: Verdict,
}

/// What the next run will do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its effect is there: go on behind it.
    GoOn,
    RunAgain,
    /// It runs in batches, and so many rows are changed: go on behind them.
    Batches {
        changed: u64,
    },
    /// Clear that away, and run it again.
    ClearAndRunAgain(Vec<String>),
    /// Clear that away, which finishes it.
    ClearAndGoOn(Vec<String>),
    /// Nobody can see it: it has to be said.
    Ask(String),
    /// Somebody else is at work on it.
    Wait(String),
}

/// Looks at the ledger and at the database. Changes nothing.
pub fn examine(driver: &mut dyn Driver, history: &History) -> Result<Examined, Failure> {
    let running = !driver.lock(Duration::ZERO)?;
    let looked = look(driver, history);
    if !running {
        driver.unlock()?;
    }
    let mut examined = looked?;
    examined.running = running;
    examined.at_work = driver.at_work()?;
    if let Some(Unfinished { statement: Some(Stopped { verdict, .. }), .. }) = &examined.unfinished
        && let Verdict::ClearAndRunAgain(what) | Verdict::ClearAndGoOn(what) = verdict
    {
        let is_cleared = |index: &InvalidIndex| what.iter().any(|what| what.contains(&format!("`{}`", index.name)));
        examined.invalid_indexes.retain(|index| !is_cleared(index));
    }
    Ok(examined)
}

fn look(driver: &mut dyn Driver, history: &History) -> Result<Examined, Failure> {
    let ledger = ledger::read(driver)?;
    let invalid = driver.facts()?.invalid_indexes.into_iter();
    let invalid_indexes = invalid.filter_map(|name| mend::invalid_index(name, driver)).collect();
    let applied = ledger.applied_ids();
    let Looked { out_of_step, unseen } = mend::out_of_step(driver, history, &applied, PATIENCE)?;
    let below = history.closure(&applied);
    let overtaken = below.into_iter().filter(|id| history.get(id).is_some() && !applied.contains(id)).collect();
    let examined = Examined { invalid_indexes, out_of_step, unseen, overtaken, ..Examined::default() };
    let Some(event) = ledger.unfinished() else { return Ok(examined) };
    let Some(revision) = history.get(&event.revision) else {
        return Err(Refusal::Missing { revisions: vec![AppliedRevision::from(event)] }.into());
    };
    let direction = match event.direction {
        EventDirection::Up | EventDirection::Stamp | EventDirection::Unstamp => Direction::Up,
        EventDirection::Down => Direction::Down,
    };
    let job = Job::prepare(revision, direction, driver.dialect())?;
    let rows = ledger::statements_of(driver, event.seq)?;
    let done = done_before(&job, &rows)?;
    let statement = match rows.get(done) {
        None => None,
        Some(row) => {
            let sql = row.sql.clone().unwrap_or_default();
            let error = row.error.clone().filter(|_| row.outcome == StatementOutcome::Failed);
            let verdict = match batches(driver, &job, done, (event.seq, row))? {
                Some(changed) => Verdict::Batches { changed },
                None => judge(driver, &sql, row.outcome)?,
            };
            Some(Stopped { ordinal: done + 1, sql, error, verdict })
        }
    };
    let of = job.statements.len();
    let unfinished = Unfinished { event: event.clone(), direction, done, of, statement };
    let overtaken = examined.overtaken.into_iter().filter(|id| *id != event.revision).collect();
    Ok(Examined { unfinished: Some(unfinished), overtaken, ..examined })
}

/// How many rows a backfill has changed that goes on where it was; `None` where it is no backfill, or has other words now.
fn batches(
    driver: &mut dyn Driver,
    job: &Job<'_>,
    at: usize,
    (seq, row): (i64, &StatementRow),
) -> Result<Option<u64>, Failure> {
    let Some(prepared) = job.statements.get(at).filter(|it| it.statement.backfill) else { return Ok(None) };
    let mut known = backfill::read(driver)?.into_iter();
    let found = known.find(|it| it.seq == seq && it.ordinal == row.ordinal && it.hash == prepared.hash);
    Ok(found.map(|it| it.changed))
}

fn judge(driver: &mut dyn Driver, sql: &str, outcome: StatementOutcome) -> Result<Verdict, Failure> {
    let live = driver.introspect()?;
    match decide(sql, outcome, &live, driver.dialect()) {
        Decision::Done => Ok(Verdict::GoOn),
        Decision::Ask(why) => Ok(Verdict::Ask(why)),
        Decision::DropInvalid(index) => Ok(Verdict::ClearAndRunAgain(vec![format!("the invalid index `{index}`")])),
        Decision::Again => {
            let understanding = driver.dialect().understand(sql);
            let leftovers = match driver.leftovers(understanding.steps()) {
                Ok(leftovers) => leftovers,
                Err(error) if error.kind == DriverErrorKind::Busy => return Ok(Verdict::Wait(error.message)),
                Err(error) => return Err(error.into()),
            };
            let what: Vec<String> = leftovers.iter().map(|leftover| leftover.what.clone()).collect();
            Ok(match leftovers.iter().any(|leftover| leftover.then == Then::Done) {
                true => Verdict::ClearAndGoOn(what),
                false if what.is_empty() => Verdict::RunAgain,
                false => Verdict::ClearAndRunAgain(what),
            })
        }
    }
}

impl Unfinished {
    pub fn revision(&self) -> &RevisionId {
        &self.event.revision
    }

    /// What ends it: the one command, or the two of which a person has to choose.
    pub fn next(&self) -> Vec<String> {
        let revision = &self.event.revision;
        let command = match self.direction {
            Direction::Up => format!("whimbrel upgrade {revision}"),
            Direction::Down => format!("whimbrel downgrade {revision}-1"),
        };
        match self.statement.as_ref().map(|statement| &statement.verdict) {
            Some(Verdict::Ask(_)) => vec![
                format!("{command} --resume done   (if the database shows that it took effect)"),
                format!("{command} --resume again   (if it did not)"),
            ],
            Some(
                Verdict::GoOn
                | Verdict::RunAgain
                | Verdict::Batches { .. }
                | Verdict::ClearAndRunAgain(_)
                | Verdict::ClearAndGoOn(_)
                | Verdict::Wait(_),
            )
            | None => vec![command],
        }
    }
}
