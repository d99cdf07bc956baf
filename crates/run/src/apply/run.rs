use std::ops::Range;
use std::time::{Duration, Instant};

use whimbrel_plan::guard::Foreseen;
use whimbrel_schema::Fingerprint;

use super::job::{Group, Job, Prepared};
use super::runner::{Runner, Turn};
use super::{Failure, Held, Partial, Ran, RevisionReport, StatementFailure};
use crate::ledger::{EventRow, Outcome, Seq, StatementOutcome, StatementRow, Time};
use crate::{DriverError, DriverErrorKind, Event, clock};

/// A moment, by the clock on the wall and by the one that never jumps.
pub(super) struct Moment {
    pub wall: String,
    pub tick: Instant,
}

impl Moment {
    pub fn now() -> Self {
        let wall = clock::now();
        Moment { wall, tick: Instant::now() }
    }
}

/// What a row that ends a revision says more than one that begins it.
#[derive(Default)]
struct Ending<'a> {
    after: Option<&'a Fingerprint>,
    statements: &'a [StatementRow],
    begun: Option<i64>,
}

pub(super) fn milliseconds(took: Duration) -> i64 {
    i64::try_from(took.as_millis()).unwrap_or(i64::MAX)
}

impl Runner<'_> {
    /// Runs one revision and writes it on the ledger.
    pub fn run_job(&mut self, job: &Job<'_>, number: usize, of: usize) -> Result<Turn, Failure> {
        let begun = Moment::now();
        let revision = job.revision;
        self.heed_stop()?;
        let (direction, last) = (job.direction, number == of);
        (self.listen)(Event::RevisionStarted { revision, direction, number, of });
        let questions = revision.questions(self.driver.dialect().engine());
        if !questions.is_empty() && direction == whimbrel_plan::revision::Direction::Up {
            (self.listen)(Event::Questions { revision, questions: &questions });
        }
        self.foresight.begin_revision();
        self.unpack(job)?;
        let rows = match job.is_one_transaction() {
            true => {
                let foreseen = self.foresee(job, 0..job.statements.len());
                self.copying_ahead(job, 0..job.statements.len(), &foreseen, |runner| {
                    runner.run_whole(job, &begun, last, &foreseen)
                })?
            }
            false => self.run_in_steps(job, &begun, last)?,
        };
        let Some(rows) = rows else { return Ok(Turn::Lost) };
        self.finish(job, rows, begun.tick.elapsed(), false)?;
        Ok(Turn::Taken)
    }

    pub fn finish(&mut self, job: &Job<'_>, rows: u64, took: Duration, resumed: bool) -> Result<(), Failure> {
        self.report.partial = None;
        self.report.add(RevisionReport {
            id: job.revision.id.clone(),
            message: job.revision.message.clone(),
            statements: job.statements.len(),
            rows,
            took,
            resumed,
        });
        (self.listen)(Event::RevisionDone { revision: job.revision, direction: job.direction, took });
        if job.may_change_session() {
            self.driver.prepare_session()?;
        }
        Ok(())
    }

    /// The whole revision and its row in one transaction. `None`: somebody else was there first.
    fn run_whole(
        &mut self,
        job: &Job<'_>,
        begun: &Moment,
        last: bool,
        foreseen: &[Foreseen],
    ) -> Result<Option<u64>, Failure> {
        if !job.may_break_references(0..job.statements.len()) {
            self.driver.expect_no_violations();
        }
        // Whether another runner was there first is not asked: its row has the place that this one's is to have.
        self.begin()?;
        let seq = self.last + 1;
        let statements = 0..job.statements.len();
        let ran = self.run_keeping(job, statements, seq, foreseen, true).and_then(|ran| {
            self.write_passes(seq)?;
            self.write_effect(job, seq)?;
            self.give_back_rest(job)?;
            self.forget_batches(job)?;
            let after = self.look(last)?;
            let row = self.event(
                job,
                seq,
                Outcome::Done,
                begun,
                Ending { after: after.as_ref(), statements: &ran, begun: job.takes_over },
            );
            Ok((row, rows_of(&ran)))
        });
        let ended = match ran {
            Ok((row, rows)) => self.driver.execute_and_commit(&row).map(|()| rows).map_err(in_doubt),
            Err(failure) => Err(failure),
        };
        if ended.is_err() {
            let _ = self.driver.rollback();
        }
        match ended {
            Ok(rows) => {
                self.last = seq;
                self.before = None;
                self.tell_news();
                Ok(Some(rows))
            }
            // Where no lock kept two runners apart, the second finds its table made, or its place on the ledger taken.
            Err(failure) => match self.was_overtaken() {
                true => Ok(None),
                false => Err(failure),
            },
        }
    }

    /// A row that says it begins, then group by group, then a row that says it is done.
    fn run_in_steps(&mut self, job: &Job<'_>, begun: &Moment, last: bool) -> Result<Option<u64>, Failure> {
        self.driver.expect_no_violations();
        if self.begin_at(self.last)? == Turn::Lost {
            return Ok(None);
        }
        let seq = self.last + 1;
        let row = self.event(job, seq, Outcome::Started, begun, Ending { begun: job.takes_over, ..Ending::default() });
        let started = self.driver.execute(&row).map_err(Failure::from);
        let started = started.and_then(|_| self.write_passes(seq)).and_then(|()| self.write_effect(job, seq));
        let started = started.and_then(|()| self.forget_batches(job)).and_then(|()| self.recall(job, true));
        self.end(started)?;
        self.last = seq;
        let mut rows = 0;
        for group in job.groups(0) {
            rows += self.run_group(job, seq, group)?;
        }
        self.run_end(job, seq, begun, last)?;
        Ok(Some(rows))
    }

    /// One group of a revision that is not one transaction.
    pub fn run_group(&mut self, job: &Job<'_>, seq: i64, group: Group) -> Result<u64, Failure> {
        match group {
            Group::Own(at) => self.run_group(job, seq, Group::Transaction(at..at + 1)),
            Group::Transaction(range) => {
                let done = range.end;
                let foreseen = self.foresee(job, range.clone());
                let rows = self.copying_ahead(job, range.clone(), &foreseen, |runner| {
                    runner.run_part(job, seq, range.clone(), &foreseen)
                })?;
                self.tell_news();
                self.part_done(job, done);
                Ok(rows)
            }
            Group::Alone(at) | Group::Backfill(at)
                if job.statements.get(at).is_some_and(|prepared| prepared.left_out) =>
            {
                self.run_group(job, seq, Group::Transaction(at..at + 1))
            }
            Group::Alone(at) => match job.statements.get(at) {
                Some(prepared) => {
                    self.clear_ahead()?;
                    self.run_alone(job, seq, at, prepared)
                }
                None => Ok(0),
            },
            Group::Backfill(at) => match job.statements.get(at) {
                Some(prepared) => {
                    self.clear_ahead()?;
                    self.run_backfill(job, seq, at, prepared)
                }
                None => Ok(0),
            },
        }
    }

    /// Some of a revision's statements and what became of them, in one transaction.
    fn run_part(
        &mut self,
        job: &Job<'_>,
        seq: i64,
        range: Range<usize>,
        foreseen: &[Foreseen],
    ) -> Result<u64, Failure> {
        if !job.may_break_references(range.clone()) {
            self.driver.expect_no_violations();
        }
        if self.begin_at(seq)? == Turn::Lost {
            return Err(Failure::Overtaken);
        }
        let ran = self.run_keeping(job, range, seq, foreseen, false).and_then(|ran| {
            self.driver.execute(&self.tables.insert_statements(seq, &ran))?;
            Ok(ran)
        });
        let ran = self.end(ran)?;
        Ok(rows_of(&ran))
    }

    /// A statement outside any transaction: its intent, itself, what became of it; each on the ledger at once.
    fn run_alone(&mut self, job: &Job<'_>, seq: i64, at: usize, prepared: &Prepared) -> Result<u64, Failure> {
        self.heed_stop()?;
        self.until_unblocked(job, |runner| runner.keep_before_alone(job, at, seq))?;
        let begun = Moment::now();
        let mut row = row_of(prepared, at, &begun);
        row.outcome = StatementOutcome::Intent;
        row.sql = Some(prepared.statement.sql.clone());
        self.driver.execute(&self.tables.insert_statements(seq, std::slice::from_ref(&row)))?;
        let foreseen = self.foresight.alone(&prepared.statement.sql, &prepared.understanding);
        let result = self.until_unblocked(job, |runner| match runner.clear_leftovers(prepared)? {
            true => Ok(0),
            false => runner.execute(job, at, prepared, &foreseen),
        });
        row.duration_ms = Some(milliseconds(begun.tick.elapsed()));
        match result {
            Ok(rows) => {
                row.outcome = StatementOutcome::Done;
                row.rows = i64::try_from(rows).ok();
                // From here on it is done, whatever becomes of the note about it.
                self.part_done(job, at + 1);
                self.write_down(&self.tables.update_statement(seq, &row))?;
                Ok(rows)
            }
            Err(failure) => {
                row.outcome = StatementOutcome::Failed;
                row.error = Some(failure.to_string());
                // It may have left something behind (an invalid index), so the run ends part-way even if it is the
                // first. A connection that is gone cannot be told; then the intent stays, and says enough.
                self.part_done(job, at);
                let _ = self.write_down(&self.tables.update_statement(seq, &row));
                Err(failure)
            }
        }
    }

    /// Writes what has happened outside of any transaction. A request to stop that came too late for the statement which
    /// it was meant for stops the note about it instead; the note is written all the same, and the request is heard before
    /// the next statement.
    pub fn write_down(&mut self, row: &str) -> Result<(), DriverError> {
        loop {
            match self.driver.execute(row) {
                Err(error) if error.kind == DriverErrorKind::Cancelled => {}
                outcome => return outcome.map(drop),
            }
        }
    }

    /// The row that ends a revision that was not one transaction.
    pub fn run_end(&mut self, job: &Job<'_>, begun_by: i64, begun: &Moment, last: bool) -> Result<(), Failure> {
        self.driver.expect_no_violations();
        if self.begin_at(self.last)? == Turn::Lost {
            return Err(Failure::Overtaken);
        }
        let seq = self.last + 1;
        self.forget_news();
        let after = self.give_back_rest(job).and_then(|()| self.look(last)).and_then(|after| {
            let ending = Ending { after: after.as_ref(), statements: &[], begun: Some(begun_by) };
            let row = self.event(job, seq, Outcome::Done, begun, ending);
            self.driver.execute(&row)?;
            Ok(())
        });
        self.end(after)?;
        self.tell_news();
        self.last = seq;
        self.before = None;
        Ok(())
    }

    pub fn part_done(&mut self, job: &Job<'_>, done: usize) {
        self.report.partial = Some(Partial { id: job.revision.id.clone(), done, of: job.statements.len() });
    }

    /// Begins a transaction and looks, inside it, whether the ledger ends where this run thinks. From there on nobody
    /// else can write it on an engine with one writer, and the primary key tells on one with several.
    pub fn begin_at(&mut self, last: i64) -> Result<Turn, Failure> {
        self.begin()?;
        let found = self.driver.query(&self.tables.last(), &[]);
        let found = found.map(|rows| rows.first().and_then(|row| row.first().cloned().flatten()));
        match found {
            Ok(Some(found)) if found == last.to_string() => Ok(Turn::Taken),
            Ok(_) => {
                self.driver.rollback()?;
                Ok(Turn::Lost)
            }
            Err(error) => {
                let _ = self.driver.rollback();
                Err(error.into())
            }
        }
    }

    /// Whether another runner has written the ledger since this one read it.
    fn was_overtaken(&mut self) -> bool {
        let found = self.driver.query(&self.tables.last(), &[]);
        let found = found.ok().and_then(|rows| rows.first()?.first().cloned().flatten());
        found.and_then(|found| found.parse::<i64>().ok()).is_some_and(|found| found > self.last)
    }

    /// Commits what went well, and takes back what did not.
    pub fn end<T>(&mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        match result {
            Ok(value) => match self.driver.commit() {
                Ok(()) => Ok(value),
                Err(error) => {
                    let _ = self.driver.rollback();
                    Err(in_doubt(error))
                }
            },
            Err(failure) => {
                // When this fails too, the connection is gone and the engine has rolled back by itself.
                let _ = self.driver.rollback();
                Err(failure)
            }
        }
    }

    /// Runs statements inside the transaction that is open, and keeps what they destroy in the same.
    fn run_keeping(
        &mut self,
        job: &Job<'_>,
        range: Range<usize>,
        seq: i64,
        foreseen: &[Foreseen],
        beginning: bool,
    ) -> Result<Vec<StatementRow>, Failure> {
        self.forget_news();
        let asides = self.put_aside(job, range.clone(), seq, foreseen, Held::Along)?;
        self.recall(job, beginning)?;
        let ran = self.run_statements(job, range, foreseen)?;
        self.complete(asides)?;
        Ok(ran)
    }

    /// Runs statements inside the transaction that is open, and looks whether what others rely on still holds.
    fn run_statements(
        &mut self,
        job: &Job<'_>,
        range: Range<usize>,
        foreseen: &[Foreseen],
    ) -> Result<Vec<StatementRow>, Failure> {
        let mut rows = Vec::with_capacity(range.len());
        for (at, foreseen) in range.clone().zip(foreseen) {
            let Some(prepared) = job.statements.get(at) else { break };
            self.heed_stop()?;
            let begun = Moment::now();
            let touched = match prepared.left_out {
                true => 0,
                false => self.execute(job, at, prepared, foreseen)?,
            };
            let mut row = row_of(prepared, at, &begun);
            row.rows = i64::try_from(touched).ok();
            row.duration_ms = Some(milliseconds(begun.tick.elapsed()));
            rows.push(row);
            self.give_back_after(at)?;
        }
        if job.may_break_references(range) {
            let broken = self.driver.violations()?;
            if !broken.is_empty() {
                return Err(Failure::Violations { revision: job.revision.id.clone(), broken });
            }
        }
        Ok(rows)
    }

    fn execute(&mut self, job: &Job<'_>, at: usize, prepared: &Prepared, foreseen: &Foreseen) -> Result<u64, Failure> {
        let (number, of) = (at + 1, job.statements.len());
        (self.listen)(Event::StatementStarted { statement: &prepared.statement, number, of });
        self.look_before(job, at, prepared)?;
        let begun = Instant::now();
        let result = self.execute_guarded(prepared, foreseen);
        let took = begun.elapsed();
        let notices = self.driver.notices();
        for notice in &notices {
            (self.listen)(Event::Notice { text: notice });
        }
        let rows = result.map_err(|error| refused(job, prepared, error))?;
        self.look_after(job, at, prepared, &Ran { rows, took, notices: &notices })?;
        (self.listen)(Event::StatementDone { number, of, rows, took });
        Ok(rows)
    }

    /// What the database is now, where it has to be known: after the last revision of a run.
    fn look(&mut self, last: bool) -> Result<Option<Fingerprint>, Failure> {
        match last {
            true => Ok(Some(self.driver.introspect()?.fingerprint())),
            false => Ok(None),
        }
    }

    fn event(&self, job: &Job<'_>, seq: i64, outcome: Outcome, begun: &Moment, ending: Ending<'_>) -> String {
        let now = Moment::now();
        let time = match outcome {
            Outcome::Started => Time::Known { started_at: &begun.wall, finished_at: None, duration_ms: None },
            Outcome::Done => Time::Known {
                started_at: &begun.wall,
                finished_at: Some(&now.wall),
                duration_ms: Some(milliseconds(begun.tick.elapsed())),
            },
        };
        let row = EventRow {
            seq: Seq::At(seq),
            revision: &job.revision.id,
            direction: job.direction.into(),
            outcome,
            checksum: Some(&job.revision.checksum),
            message: &job.revision.message,
            fingerprint_before: self.before.as_ref(),
            fingerprint_after: ending.after,
            time,
            note: self.passed.get(&job.revision.id).or(self.note.as_ref()).map(String::as_str),
            begun: ending.begun,
            statements: ending.statements,
        };
        self.tables.insert_event(&row, &self.options.actor)
    }
}

/// A failure while the engine was asked to commit: if the connection went, nobody here knows whether it did.
fn in_doubt(error: DriverError) -> Failure {
    match error.kind {
        DriverErrorKind::Lost => Failure::Lost { error, in_doubt: true },
        DriverErrorKind::Connect
        | DriverErrorKind::Busy
        | DriverErrorKind::Cancelled
        | DriverErrorKind::Forbidden
        | DriverErrorKind::Statement
        | DriverErrorKind::TimedOut
        | DriverErrorKind::Unwritable
        | DriverErrorKind::Unsupported => error.into(),
    }
}

fn rows_of(rows: &[StatementRow]) -> u64 {
    rows.iter().filter_map(|row| row.rows).filter_map(|rows| u64::try_from(rows).ok()).sum()
}

pub(super) fn row_of(prepared: &Prepared, at: usize, begun: &Moment) -> StatementRow {
    StatementRow {
        ordinal: i64::try_from(at + 1).unwrap_or(i64::MAX),
        hash: prepared.hash.clone(),
        outcome: StatementOutcome::Done,
        sql: None,
        started_at: Some(begun.wall.clone()),
        duration_ms: None,
        rows: None,
        error: None,
    }
}

pub(super) fn refused(job: &Job<'_>, prepared: &Prepared, error: DriverError) -> Failure {
    match error.kind {
        DriverErrorKind::Lost => Failure::Lost { error, in_doubt: false },
        DriverErrorKind::Cancelled => Failure::Stopped,
        // No other words in the file would be written either, nor run on a session that is another one.
        DriverErrorKind::Unwritable | DriverErrorKind::Unsupported => Failure::Driver(error),
        DriverErrorKind::Forbidden
        | DriverErrorKind::Statement
        | DriverErrorKind::TimedOut
        | DriverErrorKind::Busy
        | DriverErrorKind::Connect => {
            let origin = prepared.statement.origin.clone();
            Failure::Statement(Box::new(StatementFailure {
                revision: job.revision.id.clone(),
                direction: job.direction,
                sql: prepared.statement.sql.clone(),
                position: error.position.map(|at| origin.span.start + at),
                origin,
                error,
            }))
        }
    }
}
