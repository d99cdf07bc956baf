use std::collections::BTreeSet;
use std::time::Instant;

use whimbrel_plan::Step;
use whimbrel_plan::revision::{Direction, RevisionId};
use whimbrel_schema::ObjectName;

use super::job::Job;
use super::recover::{Decision, decide};
use super::refusal::same_way;
use super::run::Moment;
use super::runner::{Runner, Turn};
use super::{Failure, Refusal, Resume};
use crate::event::Found;
use crate::ledger::{self, AppliedRevision, EventDirection, LedgerEvent, StatementOutcome, StatementRow};
use crate::{DriverError, DriverErrorKind, Event};

impl Runner<'_> {
    /// Ends what an earlier run began, from the statement at which it stopped.
    pub fn resume(&mut self, event: &LedgerEvent, wanted: &BTreeSet<RevisionId>) -> Result<Turn, Failure> {
        let history = self.history;
        let Some(revision) = history.get(&event.revision) else {
            return Err(Refusal::Missing { revisions: vec![AppliedRevision::from(event)] }.into());
        };
        let half_up = event.direction == EventDirection::Up && self.direction == Direction::Down;
        if half_up && wanted.contains(&event.revision) {
            return self.turn_back(event, revision, wanted);
        }
        if !same_way(event.direction, self.direction) || !wanted.contains(&event.revision) {
            return Err(Refusal::HalfWay {
                revision: event.revision.clone(),
                direction: event.direction,
                at: event.started_at.clone(),
                who: event.who.clone(),
            }
            .into());
        }
        let (begun, clock) = (Moment::now(), Instant::now());
        let mut job = self.prepare(revision)?;
        job.must_be_answered()?;
        let rows = ledger::statements_of(self.driver, event.seq)?;
        let mut next = done_before(&job, &rows)?;
        (self.listen)(Event::Unfinished { event, done: next, of: job.statements.len() });
        if let Some(row) = rows.get(next) {
            next = self.decide_about(&job, event, row, next)?;
        }
        if let Some(half) = event.begun {
            self.take_up_turning_back(&mut job, next, half)?;
        }
        self.foresight.begin_revision();
        let mut touched = 0;
        for group in job.groups(next) {
            touched += self.run_group(&job, event.seq, group)?;
        }
        let only = wanted.iter().all(|id| *id == event.revision || self.is_there(id));
        self.run_end(&job, event.seq, &begun, only)?;
        self.finish(&job, touched, clock.elapsed(), true)?;
        Ok(Turn::Taken)
    }

    fn is_there(&self, id: &RevisionId) -> bool {
        self.report.elsewhere.contains(id) || self.report.done.iter().any(|done| done.id == *id)
    }

    /// Finds out what became of the statement at which the earlier run stopped. Gives the place of the one to go on
    /// with.
    fn decide_about(
        &mut self,
        job: &Job<'_>,
        event: &LedgerEvent,
        row: &StatementRow,
        at: usize,
    ) -> Result<usize, Failure> {
        let dialect = self.driver.dialect();
        let sql = row.sql.as_deref().unwrap_or_default();
        if let Some(changed) = self.take_up_backfill(job, event.seq, row, at)? {
            let (ordinal, of) = (at + 1, job.statements.len());
            let found = Found::Batches { changed };
            (self.listen)(Event::Recovered { sql: row.sql.as_deref().unwrap_or_default(), ordinal, of, found });
            return Ok(at);
        }
        let live = self.driver.introspect()?;
        let (ordinal, of) = (at + 1, job.statements.len());
        let found = match (decide(sql, row.outcome, &live, dialect), self.options.resume) {
            (Decision::Done, _) => Found::Done,
            (Decision::Again, _) => Found::Nothing,
            (Decision::DropInvalid(index), _) => {
                (self.listen)(Event::Recovered { sql, ordinal, of, found: Found::InvalidIndex { index: &index.name } });
                self.drop_index(&index, &live)?;
                self.forget(event, row)?;
                return Ok(at);
            }
            (Decision::Ask(_), Some(Resume::Done)) => Found::SaidDone,
            (Decision::Ask(_), Some(Resume::Again)) => Found::SaidAgain,
            (Decision::Ask(reason), None) => {
                return Err(Refusal::Undecided {
                    revision: event.revision.clone(),
                    ordinal,
                    sql: sql.to_string(),
                    at: row.started_at.clone().unwrap_or_else(|| event.started_at.clone()),
                    who: event.who.clone(),
                    reason,
                }
                .into());
            }
        };
        (self.listen)(Event::Recovered { sql, ordinal, of, found });
        match found {
            Found::Done | Found::SaidDone => {
                if job.statements.get(at).is_none_or(|prepared| prepared.hash != row.hash) {
                    return Err(Refusal::EditedHalfWay { revision: event.revision.clone(), ordinal }.into());
                }
                let done = StatementRow { outcome: StatementOutcome::Done, error: None, ..row.clone() };
                self.write_down(&self.tables.update_statement(event.seq, &done))?;
                Ok(at + 1)
            }
            Found::Nothing | Found::LeftOut | Found::SaidAgain | Found::Batches { .. } | Found::InvalidIndex { .. } => {
                self.forget(event, row)?;
                Ok(at)
            }
        }
    }

    /// What is run again leaves its own trace.
    fn forget(&mut self, event: &LedgerEvent, row: &StatementRow) -> Result<(), Failure> {
        self.driver.execute(&self.tables.forget_statements(event.seq, row.ordinal))?;
        Ok(())
    }

    pub fn drop_index(&mut self, index: &ObjectName, live: &whimbrel_schema::Schema) -> Result<(), Failure> {
        let step = Step::DropIndex { index: index.clone(), concurrently: true, if_exists: true, cascade: false };
        let statements = self.driver.dialect().render(&step, live);
        let statements =
            statements.map_err(|error| DriverError::new(DriverErrorKind::Unsupported, error.to_string()))?;
        for statement in statements {
            self.execute_patiently(&statement)?;
        }
        Ok(())
    }
}

/// How many statements are done; each must still be in the file what it was when it ran.
pub(super) fn done_before(job: &Job<'_>, rows: &[StatementRow]) -> Result<usize, Refusal> {
    let mut done = 0;
    for (row, at) in rows.iter().zip(0..) {
        if row.outcome != StatementOutcome::Done {
            break;
        }
        if job.statements.get(at).is_none_or(|prepared| prepared.hash != row.hash) {
            return Err(Refusal::EditedHalfWay { revision: job.revision.id.clone(), ordinal: at + 1 });
        }
        done = at + 1;
    }
    Ok(done)
}
