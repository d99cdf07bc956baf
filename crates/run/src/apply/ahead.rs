//! Large tables copied before the lock is taken, while others write.

use std::ops::Range;

use whimbrel_plan::guard::Foreseen;
use whimbrel_plan::keep::{Loss, may_lose};
use whimbrel_plan::revision::Direction;
use whimbrel_schema::ObjectName;

use super::job::Job;
use super::keeping::failed;
use super::runner::Runner;
use super::{Failure, Held, Keeping};
use crate::backfill::Ended;
use crate::guard::Limits;
use crate::keep::{self, Manner};
use crate::{DriverErrorKind, Event};

impl Runner<'_> {
    /// Runs a transaction behind the copies that have to be there before it begins.
    pub fn copying_ahead<T>(
        &mut self,
        job: &Job<'_>,
        range: Range<usize>,
        foreseen: &[Foreseen],
        attempt: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut begun = false;
        let ran = self.copy_ahead(job, range, foreseen, &mut begun);
        // What is left of another copy would be told of a table that these statements may change.
        let ran = ran.and_then(|()| if begun { Ok(()) } else { self.clear_ahead() });
        let ran = ran.and_then(|()| self.until_unblocked(job, attempt));
        self.ahead.clear();
        // Where another runner was there first, it was not taken over either.
        if begun {
            self.let_go_of_ahead();
        }
        ran
    }

    /// Copies what would otherwise be copied for too long under the lock of these statements. Nothing, where that cannot
    /// be done of all of it: then the transaction refuses, and says why.
    fn copy_ahead(
        &mut self,
        job: &Job<'_>,
        range: Range<usize>,
        foreseen: &[Foreseen],
        begun: &mut bool,
    ) -> Result<(), Failure> {
        if job.direction == Direction::Down || self.options.keep.nothing.is_some() {
            return Ok(());
        }
        if !job.readings(range.clone()).iter().any(may_lose) {
            return Ok(());
        }
        let keeping = self.driver.dialect().keeping();
        if keeping.is_none_or(|keeping| keeping.clear_following(None, "", &[]).is_none()) {
            return Ok(());
        }
        let facts = self.driver.facts()?;
        let before = self.driver.introspect()?;
        let large = |table: &ObjectName| facts.table(table).is_some_and(|size| size.rows > self.options.keep.rows);
        if !before.tables.values().any(|table| large(&table.name)) {
            return Ok(());
        }
        let found = self.found_lost(job, range.clone(), &before);
        let first = self.first_that_destroys(job, range.clone(), foreseen);
        let long = |loss: &&Loss| self.is_long_copy(loss, &first, &facts);
        let losses: Vec<Loss> = found.kept.iter().filter(long).cloned().collect();
        if losses.is_empty() || !losses.iter().all(|loss| keep::can_go_ahead(self.driver, loss, &before)) {
            return Ok(());
        }
        let limits = self.options.timeouts.limits(&first);
        let number = self.number_that_destroys(job, range);
        *begun = true;
        let there = losses.iter().enumerate().map(|(at, loss)| match self.left_ahead {
            true => keep::is_there(self.driver, loss, at, &before),
            false => Ok(None),
        });
        let there = there.collect::<Result<Vec<_>, _>>()?;
        let taken_up: Vec<usize> = there.iter().enumerate().filter(|(_, it)| it.is_some()).map(|(at, _)| at).collect();
        self.clear_ahead_but(&taken_up)?;
        for (at, (loss, there)) in losses.iter().zip(there).enumerate() {
            let size = facts.table(&loss.source);
            let (rows, bytes) = (size.map(|it| it.rows), size.map(|it| it.bytes));
            (self.listen)(Event::Keeping { loss, rows, bytes, there });
            if there.is_none() {
                self.until_unblocked(job, |runner| {
                    runner.driver.expect_no_violations();
                    runner.begin()?;
                    let what = loss.to_string();
                    let keeping = Keeping { number, what: &what, how: Held::Ahead };
                    let followed = runner.look_before_keeping(&keeping).and_then(|()| {
                        keep::follow(runner.driver, loss, at, &before, &limits)?;
                        runner.look_after_keeping(&keeping)
                    });
                    runner.end(followed.map_err(|error| failed(what, error.into())))
                })?;
            }
            let options = self.options;
            let manner =
                Manner { options: &options.backfill, patience: options.timeouts.patience, stop: &options.stop };
            let brought = keep::bring(self.driver, loss, at, &before, there, &manner);
            self.ahead.extend(brought.map_err(|ended| not_brought(loss, ended))?);
        }
        Ok(())
    }

    /// What was copied and not taken over is of no use, and those who write the table need not go on with it. What cannot
    /// be cleared away now the next run clears away.
    fn let_go_of_ahead(&mut self) {
        let limits = self.brief_limits();
        let _ = keep::clear_ahead(self.driver, &[], &limits, self.options.timeouts.lock * 10);
    }

    /// Whether a run that was killed has left a copy, which goes on following its table until it is taken up or cleared
    /// away: before anything runs that is not the statement it was made for.
    pub fn look_for_ahead(&mut self) -> Result<(), Failure> {
        self.left_ahead = keep::any_ahead(self.driver)?;
        Ok(())
    }

    pub fn clear_ahead(&mut self) -> Result<(), Failure> {
        self.clear_ahead_but(&[])
    }

    fn clear_ahead_but(&mut self, taken_up: &[usize]) -> Result<(), Failure> {
        if self.left_ahead {
            let limits = self.brief_limits();
            keep::clear_ahead(self.driver, taken_up, &limits, self.options.timeouts.patience)?;
            self.left_ahead = false;
        }
        Ok(())
    }

    fn brief_limits(&self) -> Limits {
        self.options.timeouts.limits(&super::keeping::BRIEF)
    }
}

fn not_brought(loss: &Loss, ended: Ended) -> Failure {
    match ended {
        Ended::Stopped => Failure::Stopped,
        Ended::Overtaken => Failure::Overtaken,
        Ended::Failed(failure) => Failure::Backfill(failure),
        Ended::Driver { error, in_doubt } if error.kind == DriverErrorKind::Lost => {
            Failure::Lost { error: *error, in_doubt }
        }
        Ended::Driver { error, .. } => failed(loss.to_string(), (*error).into()),
    }
}
