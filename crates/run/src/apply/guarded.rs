//! Statements within their limits, and whole transactions tried again when others are in the way.
//!
//! Trying again is safe because a try that did not get its locks is rolled back as a whole, with its row on the ledger:
//! nothing tells the next try from a first one.

use std::ops::Range;
use std::thread::sleep;
use std::time::{Duration, Instant};

use whimbrel_plan::guard::Foreseen;

use super::job::{Job, Prepared};
use super::runner::Runner;
use super::{Contention, Failure};
use crate::guard::{Limit, Limits, Observer, Patience, Sight, Then};
use crate::{DriverError, DriverErrorKind, Event};

/// Who is still in the way is told again after so long.
const REMIND: Duration = Duration::from_secs(10);

/// The runner's eyes: a connection beside its own, opened when somebody is in the way.
#[derive(Default)]
pub(super) struct Lookout {
    observer: Option<Box<dyn Observer>>,
    /// What was told last, and when.
    told: Option<(Sight, Instant)>,
    /// What was seen during the statement that runs or ran last.
    seen: Option<Sight>,
}

impl Lookout {
    pub fn with(observer: Option<Box<dyn Observer>>) -> Self {
        Lookout { observer, told: None, seen: None }
    }

    fn look(&mut self) {
        self.seen = Some(match &mut self.observer {
            Some(observer) => match observer.look() {
                Ok(sight) => sight,
                Err(error) => Sight { unseen: Some(error.to_string()), ..Sight::default() },
            },
            None => nobody_can_see(),
        });
    }

    /// Whether there is something new to tell.
    fn is_news(&mut self) -> Option<&Sight> {
        let seen = self.seen.as_ref()?;
        if seen.blockers.is_empty() && seen.unseen.is_none() {
            return None;
        }
        let known = self.told.as_ref().is_some_and(|(told, at)| {
            let same = told.blockers.len() == seen.blockers.len()
                && told.blockers.iter().zip(&seen.blockers).all(|(one, other)| one.is_same(other));
            same && at.elapsed() < REMIND
        });
        if known {
            return None;
        }
        self.told = Some((seen.clone(), Instant::now()));
        Some(seen)
    }
}

fn nobody_can_see() -> Sight {
    Sight { unseen: Some("this engine does not say who holds a lock".to_string()), ..Sight::default() }
}

impl Runner<'_> {
    /// What is to be expected of statements that share a transaction.
    pub fn foresee(&mut self, job: &Job<'_>, range: Range<usize>) -> Vec<Foreseen> {
        let statements = job.statements.get(range).unwrap_or_default();
        self.foresight
            .transaction(statements.iter().map(|prepared| (prepared.statement.sql.as_str(), &prepared.understanding)))
    }

    /// Tries what takes effect as a whole or not at all, until it does or patience ends.
    pub fn until_unblocked<T>(
        &mut self,
        job: &Job<'_>,
        mut attempt: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut patience = Patience::new(self.options.timeouts.patience);
        loop {
            self.lookout.seen = None;
            let begun = Instant::now();
            match attempt(self) {
                Ok(done) => return Ok(done),
                Err(failure) => {
                    let Some(error) = contention(&failure) else { return Err(failure) };
                    let error = error.clone();
                    patience.tried(begun.elapsed().min(self.options.timeouts.patience));
                    self.wait_for_turn(job, &mut patience, error)?;
                }
            }
        }
    }

    /// Between two tries: nothing is held, so nobody waits for this run.
    fn wait_for_turn(&mut self, job: &Job<'_>, patience: &mut Patience, error: DriverError) -> Result<(), Failure> {
        // A try that was over at once was not looked at while it waited.
        if self.lookout.seen.is_none() {
            self.lookout.look();
        }
        patience.sight = self.lookout.seen.clone().unwrap_or_default();
        loop {
            self.heed_stop()?;
            if patience.is_over() {
                return Err(Failure::Blocked(Box::new(Contention {
                    revision: job.revision.id.clone(),
                    waited: patience.waited(),
                    tries: patience.tries,
                    sight: patience.sight.clone(),
                    error,
                })));
            }
            if let Some(sight) = self.lookout.is_news() {
                let at_most = Some(patience.at_most());
                (self.listen)(Event::Blocked { sight, waited: patience.waited(), at_most });
            }
            sleep(patience.pause());
            let before = patience.sight.clone();
            if !patience.is_in_vain(self.lookout.observer.as_deref_mut()) {
                return Ok(());
            }
            // Whoever has gone is in nobody's way any more; what was wanted is the same.
            if before != patience.sight {
                self.lookout.seen = Some(patience.sight.clone());
            }
        }
    }

    /// Tells who is in the way of what is not yet begun.
    pub fn look_around(&mut self, waited: Duration) {
        self.lookout.look();
        if let Some(sight) = self.lookout.is_news() {
            (self.listen)(Event::Blocked { sight, waited, at_most: Some(self.options.timeouts.patience) });
        }
    }

    /// Runs one statement within its limits, and tells who keeps it waiting.
    pub fn execute_guarded(&mut self, prepared: &Prepared, foreseen: &Foreseen) -> Result<u64, DriverError> {
        let sql = prepared.statement.sql.as_str();
        // What a statement says about the session itself may have to come before everything else in its transaction.
        if foreseen.only_session {
            self.driver.accept_session();
            return self.driver.execute(sql);
        }
        let limits = self.options.timeouts.limits(foreseen);
        self.tell_own_limits(&limits, foreseen);
        let at_most = match limits.lock {
            Limit::Of(_) => Some(self.options.timeouts.patience),
            Limit::None | Limit::Own => None,
        };
        let (lookout, listen) = (&mut self.lookout, &mut self.listen);
        let mut tick = |waited: Duration| {
            lookout.look();
            // A try that waits a moment only is told of when it has failed.
            if limits.look_after >= Duration::from_secs(1)
                && let Some(sight) = lookout.is_news()
            {
                listen(Event::Blocked { sight, waited, at_most });
            }
        };
        let result = self.driver.execute_within(sql, &limits, &mut tick);
        if prepared.may_change_session() {
            self.driver.accept_session();
        }
        result.map_err(|error| explained(error, &limits))
    }

    /// Runs something of the runner's own that must not be cut, and tells who keeps it waiting.
    pub fn execute_patiently(&mut self, statement: &str) -> Result<u64, DriverError> {
        let (lookout, listen) = (&mut self.lookout, &mut self.listen);
        let mut tick = |waited: Duration| {
            lookout.look();
            if let Some(sight) = lookout.is_news() {
                listen(Event::Blocked { sight, waited, at_most: None });
            }
        };
        self.driver.execute_within(statement, &Limits::PATIENT, &mut tick)
    }

    fn tell_own_limits(&mut self, limits: &Limits, foreseen: &Foreseen) {
        let own = [
            ("lock_timeout", limits.lock, &foreseen.own_lock_timeout),
            ("statement_timeout", limits.statement, &foreseen.own_statement_timeout),
        ];
        for (setting, limit, value) in own {
            if let (Limit::Own, Some(value)) = (limit, value)
                && self.told_limits.insert((setting, value.clone()))
            {
                (self.listen)(Event::OwnLimit { setting, value });
            }
        }
    }

    /// Clears away what an earlier try of the statement left. Whether the statement is thereby done.
    pub fn clear_leftovers(&mut self, prepared: &Prepared) -> Result<bool, Failure> {
        let leftovers = self.driver.leftovers(prepared.steps())?;
        let mut done = false;
        for leftover in leftovers {
            (self.listen)(Event::Cleared { what: &leftover.what });
            for statement in &leftover.clear {
                self.execute_patiently(statement)?;
            }
            done |= leftover.then == Then::Done;
        }
        Ok(done)
    }
}

/// What others caused, and a later try may not meet.
fn contention(failure: &Failure) -> Option<&DriverError> {
    let error = match failure {
        Failure::Statement(failed) => &failed.error,
        Failure::Driver(error) => error,
        Failure::Target(_)
        | Failure::Statements(_)
        | Failure::Refused(_)
        | Failure::Ledger(_)
        | Failure::Violations { .. }
        | Failure::Locked { .. }
        | Failure::Blocked(_)
        // Its batches have tried again already.
        | Failure::Backfill(_)
        | Failure::Overtaken
        | Failure::Kept { .. }
        | Failure::Lost { .. }
        | Failure::Stopped => return None,
    };
    (error.kind == DriverErrorKind::Busy).then_some(error)
}

/// Says whose limit it was that cut a statement.
fn explained(error: DriverError, limits: &Limits) -> DriverError {
    match limits.statement {
        Limit::Of(time) if error.kind == DriverErrorKind::TimedOut && error.hint.is_none() => {
            let hint = format!(
                "others are kept out while it runs, so it may take {} s: --statement-timeout allows more, or find a \
                 form that keeps nobody out (whimbrel lint)",
                time.as_secs_f64()
            );
            DriverError { hint: Some(hint), ..error }
        }
        Limit::Of(_) | Limit::None | Limit::Own => error,
    }
}
