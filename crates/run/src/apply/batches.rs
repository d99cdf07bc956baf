use whimbrel_plan::backfill::{BackfillPlan, Proof};
use whimbrel_plan::revision::StatementOrigin;

use super::job::{Job, Prepared};
use super::run::{Moment, milliseconds, refused, row_of};
use super::runner::{Runner, Turn};
use super::{Failure, Ran, Refusal};
use crate::backfill::{self, Checkpoint, Checkpoints, Ended, Progress, State, TABLE, Worker};
use crate::ledger::{StatementOutcome, StatementRow};
use crate::{Driver, DriverErrorKind, Event};

impl Runner<'_> {
    /// An UPDATE in batches: the intent, and with it the first checkpoint; the batches; what became of them.
    pub fn run_backfill(&mut self, job: &Job<'_>, seq: i64, at: usize, prepared: &Prepared) -> Result<u64, Failure> {
        self.heed_stop()?;
        let begun = Moment::now();
        let (number, of) = (at + 1, job.statements.len());
        (self.listen)(Event::StatementStarted { statement: &prepared.statement, number, of });
        let dialect = self.driver.dialect();
        let live = self.driver.introspect()?;
        let plan = BackfillPlan::new(&prepared.statement.sql, &live, dialect);
        let plan = plan.map_err(|error| refusal(prepared.statement.origin.clone(), error))?;
        let checkpoints = Checkpoints::of(self.driver);
        let checkpoint = self.find_or_begin(&checkpoints, &plan, prepared, seq, at, &begun)?;
        let crew = match checkpoint.state {
            State::Done => Vec::new(),
            State::Running => self.gather(job, at, &plan, &checkpoint)?,
        };
        self.look_before(job, at, prepared)?;
        self.driver.begin_batches()?;
        for notice in self.driver.notices() {
            (self.listen)(Event::Notice { text: &notice });
        }
        let listen = &mut self.listen;
        let mut worker = Worker {
            driver: self.driver,
            plan: &plan,
            checkpoints: &checkpoints,
            checkpoint,
            options: &self.options.backfill,
            crew,
            patience: self.options.wait,
            stop: &self.options.stop,
            hear: &mut |progress: &Progress| listen(Event::Backfill { progress }),
        };
        let ended = match worker.checkpoint.state {
            State::Done => Ok(()),
            State::Running => worker.run(),
        };
        let checkpoint = worker.checkpoint;
        let ended = match (ended, self.driver.end_batches()) {
            (Ok(()), Err(error)) => Err(error.into()),
            (ended, _) => ended,
        };
        let mut row = row_of(prepared, at, &begun);
        row.sql = Some(prepared.statement.sql.clone());
        row.duration_ms = Some(milliseconds(begun.tick.elapsed()));
        row.rows = i64::try_from(checkpoint.changed).ok();
        if let Err(ended) = ended {
            self.part_done(job, at);
            let failure = failure(job, prepared, ended);
            // A run that was stopped leaves the intent: that says that it goes on.
            if !matches!(failure, Failure::Stopped | Failure::Lost { .. } | Failure::Overtaken) {
                row.outcome = StatementOutcome::Failed;
                row.error = Some(failure.to_string());
                let _ = self.write_down(&self.tables.update_statement(seq, &row));
            }
            return Err(failure);
        }
        self.part_done(job, at + 1);
        self.write_down(&self.tables.update_statement(seq, &row))?;
        let took = begun.tick.elapsed();
        self.look_after(job, at, prepared, &Ran { rows: checkpoint.changed, took, notices: &[] })?;
        (self.listen)(Event::StatementDone { number, of, rows: checkpoint.changed, took });
        if let Proof::Once { why } = &plan.proof {
            let left = checkpoint.left;
            (self.listen)(Event::Unproved { table: &plan.table, why, left });
        }
        Ok(checkpoint.changed)
    }

    /// The connections that are to change rows side by side. What a revision does to its session no other one knows of.
    fn gather(
        &mut self,
        job: &Job<'_>,
        at: usize,
        plan: &BackfillPlan<'_>,
        checkpoint: &Checkpoint,
    ) -> Result<Vec<Box<dyn Driver>>, Failure> {
        let before = job.statements.get(..at).unwrap_or_default();
        let own = before.iter().any(|prepared| prepared.may_change_session() || prepared.makes_temporary());
        let alone = own.then_some("the statements before it set up their own session");
        let crew = backfill::gather(self.driver, plan, checkpoint, &self.options.backfill, alone)?;
        if let Some(why) = &crew.fewer {
            (self.listen)(Event::FewerJobs { jobs: crew.hands.len().max(1), of: self.options.backfill.jobs, why });
        }
        Ok(crew.hands)
    }

    fn find_or_begin(
        &mut self,
        checkpoints: &Checkpoints,
        plan: &BackfillPlan<'_>,
        prepared: &Prepared,
        seq: i64,
        at: usize,
        begun: &Moment,
    ) -> Result<Checkpoint, Failure> {
        let ordinal = i64::try_from(at + 1).unwrap_or(i64::MAX);
        let there = self.driver.has_table(TABLE)?;
        if there && let Some(found) = checkpoints.find(self.driver, seq, ordinal)? {
            return Ok(found);
        }
        let facts = self.driver.facts()?;
        let checkpoint = Checkpoint {
            seq,
            ordinal,
            hash: prepared.hash.clone(),
            table: plan.table.to_string(),
            proof: plan.proof.word().to_string(),
            pass: 0,
            reached: None,
            batches: 0,
            changed: 0,
            passed: 0,
            total: facts.table(&plan.table).map(|facts| facts.rows),
            batch_rows: 0,
            state: State::Running,
            left: None,
            started_at: begun.wall.clone(),
            moved_at: begun.wall.clone(),
            paused_by: None,
            waits: None,
        };
        let mut row = row_of(prepared, at, begun);
        row.outcome = StatementOutcome::Intent;
        row.sql = Some(prepared.statement.sql.clone());
        self.driver.expect_no_violations();
        if self.begin_at(seq)? == Turn::Lost {
            return Err(Failure::Overtaken);
        }
        let mut statements = vec![self.tables.insert_statements(seq, std::slice::from_ref(&row))];
        if !there {
            statements.push(checkpoints.create());
        }
        statements.push(checkpoints.insert(&checkpoint));
        let written = statements.iter().try_for_each(|statement| {
            self.driver.execute(statement)?;
            Ok(())
        });
        self.end(written)?;
        Ok(checkpoint)
    }

    /// What an earlier run left of a backfill: whether this one goes on with it, or begins anew because its words are
    /// others now. `None` where no batch of it ever ran.
    pub fn take_up_backfill(
        &mut self,
        job: &Job<'_>,
        seq: i64,
        row: &StatementRow,
        at: usize,
    ) -> Result<Option<u64>, Failure> {
        let Some(prepared) = job.statements.get(at).filter(|prepared| prepared.statement.backfill) else {
            return Ok(None);
        };
        let checkpoints = Checkpoints::of(self.driver);
        if !self.driver.has_table(TABLE)? {
            return Ok(None);
        }
        let Some(found) = checkpoints.find(self.driver, seq, row.ordinal)? else { return Ok(None) };
        let mut found = found;
        backfill::add_parts(self.driver, &mut found)?;
        if found.hash == prepared.hash {
            return Ok(Some(found.changed));
        }
        // Rows that were changed once would be changed once more, and end as nobody meant them.
        if found.proof == "once" && found.batches > 0 {
            return Err(Refusal::EditedHalfWay { revision: job.revision.id.clone(), ordinal: at + 1 }.into());
        }
        let mut forgotten = checkpoints.forget(self.driver, &found)?;
        forgotten.push(self.tables.forget_statements(seq, row.ordinal));
        self.driver.expect_no_violations();
        self.begin()?;
        let forgotten = forgotten.iter().try_for_each(|statement| {
            self.driver.execute(statement)?;
            Ok(())
        });
        self.end(forgotten)?;
        Ok(Some(0))
    }
}

pub(super) fn refusal(origin: StatementOrigin, error: whimbrel_plan::backfill::NotBatched) -> Failure {
    Refusal::Backfill { origin, reason: error.reason, next: error.next }.into()
}

fn failure(job: &Job<'_>, prepared: &Prepared, ended: Ended) -> Failure {
    match ended {
        Ended::Stopped => Failure::Stopped,
        Ended::Overtaken => Failure::Overtaken,
        Ended::Failed(failure) => Failure::Backfill(failure),
        Ended::Driver { error, in_doubt } if error.kind == DriverErrorKind::Lost => {
            Failure::Lost { error: *error, in_doubt }
        }
        // What the engine points at is not a place in the file.
        Ended::Driver { mut error, .. } => {
            error.position = None;
            refused(job, prepared, *error)
        }
    }
}
