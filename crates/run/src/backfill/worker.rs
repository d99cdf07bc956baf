use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use whimbrel_plan::backfill::{BackfillPlan, Pacing, Pass, Proof};

use super::hands::{Hands, Later, Through, upper, write};
use super::pace::Pace;
use super::progress::Rate;
use super::stretch::{self, Stretch, Stretches};
use super::throttle::{Asked, Hold, Throttle};
use super::upkeep::{Due, Upkeep};
use super::{BackfillFailure, Checkpoint, Checkpoints, Doing, Options, Progress, State};
use crate::clock::now;
use crate::{Driver, DriverError, DriverErrorKind};

/// One backfill, from its checkpoint to its proof.
pub(crate) struct Worker<'w> {
    pub driver: &'w mut dyn Driver,
    pub plan: &'w BackfillPlan<'w>,
    pub checkpoints: &'w Checkpoints,
    pub checkpoint: Checkpoint,
    pub options: &'w Options,
    /// Connections that change rows side by side; none where the driver's own does.
    pub crew: Vec<Box<dyn Driver>>,
    /// How long rows that others have locked are waited for.
    pub patience: Duration,
    pub stop: &'w AtomicBool,
    pub hear: &'w mut dyn FnMut(&Progress),
}

/// Why the batches came to an end.
#[derive(Debug)]
pub(crate) enum Ended {
    Failed(Box<BackfillFailure>),
    /// The engine refused a batch, or is gone; `in_doubt` when it went while it was asked to commit.
    Driver {
        error: Box<DriverError>,
        in_doubt: bool,
    },
    Stopped,
    /// Another run goes on with it.
    Overtaken,
}

impl From<DriverError> for Ended {
    fn from(error: DriverError) -> Self {
        match error.kind {
            DriverErrorKind::Cancelled => Ended::Stopped,
            _ => Ended::Driver { error: Box::new(error), in_doubt: false },
        }
    }
}

/// So often the table is gone over for what was written meanwhile. Each time takes the less the fewer rows are left, so
/// that what is not done by then is made anew.
const SWEEPS: u64 = 8;
const SHOWN_EVERY: Duration = Duration::from_millis(100);
const HELD_FOR: Duration = Duration::from_millis(500);
/// Between two looks at what keeps the batches waiting.
const LOOKED_EVERY: Duration = Duration::from_millis(5);

/// What goes along with the batches, and is not worth keeping.
pub(super) struct Course<'o> {
    pub pacing: Pacing,
    pub throttle: Throttle<'o>,
    pub rate: Rate,
    pub upkeep: Upkeep,
    shown: Option<Instant>,
    /// What others are told is waited for.
    noted: Option<String>,
    /// What the parts have done that other connections are at.
    pub beside: Beside,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside {
    pub batches: u64,
    pub changed: u64,
    pub passed: u64,
}

impl Worker<'_> {
    /// Runs to the end, or to where it has to stop, on a driver that was made ready for batches. The checkpoint is then as
    /// the database has it.
    pub fn run(&mut self) -> Result<(), Ended> {
        let pacing = self.driver.dialect().batching().map(whimbrel_plan::backfill::Batching::pacing);
        let Some(pacing) = pacing else { return Ok(()) };
        let rows = self.checkpoint.total.unwrap_or(self.checkpoint.changed);
        let mut course = Course {
            pacing,
            throttle: Throttle::new(self.options),
            rate: Rate::new(),
            upkeep: Upkeep::new(self.plan.table.clone(), rows, pacing.upkeep_percent),
            shown: None,
            noted: self.checkpoint.waits.clone(),
            beside: Beside::default(),
        };
        let result = self.passes(&mut course);
        if let Err(Ended::Stopped) = &result {
            self.show(&mut course, Doing::Stopped, true);
        }
        result
    }

    fn passes(&mut self, course: &mut Course<'_>) -> Result<(), Ended> {
        let stretches = self.stretches(course)?;
        if !stretches.is_empty() && self.checkpoint.pass == 0 {
            let done = self.side_by_side(stretches, course)?;
            if self.is_proved(&done, course)? {
                return Ok(());
            }
        }
        let rows = (self.checkpoint.batches > 0).then_some(self.checkpoint.batch_rows);
        let mut hands = Hands::new(Pace::new(course.pacing, self.options, rows), self.patience);
        loop {
            while let Some(through) = self.batch(&mut hands, course)? {
                course.rate.add(through.rows);
                self.show(course, self.doing(), false);
                self.clear_up(through.changed, course)?;
                nap(hands.pace.pause(), self.stop)?;
            }
            if self.is_proved(&[], course)? {
                return Ok(());
            }
        }
    }

    /// One batch behind the checkpoint; none at the end of the table. What is in its way makes it smaller, and it is
    /// tried again; what is wrong with it ends the run.
    fn batch(&mut self, hands: &mut Hands, course: &mut Course<'_>) -> Result<Option<Through>, Ended> {
        loop {
            self.hold(course)?;
            match self.try_batch(hands) {
                Ok(through) => return Ok(through),
                Err(ended) => {
                    let Later { pause, why } = hands.make_way(self.driver, &self.plan.table, ended)?;
                    let doing = Doing::Waiting { why };
                    // Where one writes at a time, whoever is in the way of a batch is in the way of this too.
                    if course.pacing.side_by_side && hands.is_stuck() {
                        self.note(Some(&doing), course)?;
                    }
                    self.show(course, doing, true);
                    nap(pause, self.stop)?;
                    course.rate.forget();
                }
            }
        }
    }

    fn try_batch(&mut self, hands: &mut Hands) -> Result<Option<Through>, Ended> {
        let (plan, checkpoints, checkpoint) = (self.plan, self.checkpoints, &self.checkpoint);
        let pass = if checkpoint.pass == 0 { Pass::First } else { Pass::Sweep };
        let after = checkpoint.reached.as_ref();
        let Some(upto) = upper(self.driver, &plan.upper(pass, after, None, hands.pace.rows()))? else {
            return Ok(None);
        };
        let statement = plan.update(pass, after, &upto);
        let mut next = Checkpoint { reached: Some(upto), batches: checkpoint.batches + 1, ..checkpoint.clone() };
        let through = hands.batch(self.driver, &statement, |through| {
            next.changed += through.changed;
            next.passed += through.rows;
            next.batch_rows = through.rows;
            next.moved_at = now();
            checkpoints.advance(&next, checkpoint.batches)
        })?;
        self.checkpoint = next;
        Ok(Some(through))
    }

    /// Old versions of rows are cleared away in time, whoever does it.
    pub(super) fn clear_up(&mut self, changed: u64, course: &mut Course<'_>) -> Result<(), Ended> {
        let mut changed = changed;
        loop {
            match course.upkeep.after(changed, self.driver) {
                Due::No => return Ok(()),
                Due::Yourself => {
                    self.show(course, Doing::Reclaiming, true);
                    // An engine that cannot clear up now, or may not, is no reason to stop.
                    let _ = self.driver.reclaim(&self.plan.table);
                    course.rate.forget();
                }
                Due::Wait => {
                    changed = 0;
                    self.show(course, Doing::Reclaiming, false);
                    nap(LOOKED_EVERY, self.stop)?;
                }
            }
        }
    }

    /// The end of a pass: whether it was the last one.
    fn is_proved(&mut self, done: &[Stretch], course: &mut Course<'_>) -> Result<bool, Ended> {
        self.show(course, Doing::Proving, true);
        let left = match self.plan.count_left() {
            Some(query) => {
                let rows = self.patiently(course, |driver| driver.query(&query, &[]).map_err(Ended::from))?;
                rows.into_iter().flatten().next().flatten().and_then(|text| text.parse::<u64>().ok())
            }
            None => None,
        };
        let proved = match &self.plan.proof {
            Proof::Values | Proof::Condition { .. } => left == Some(0),
            Proof::Once { .. } => true,
        };
        if !proved && self.checkpoint.pass >= SWEEPS {
            // The next run has as many tries again, and goes over what is left only.
            let next = Checkpoint { pass: 1, left, ..self.end_of_pass(false) };
            self.write(next, &[], course)?;
            let (table, passes) = (self.plan.table.clone(), SWEEPS + 1);
            let failure = BackfillFailure::Unending { table, passes, left: left.unwrap_or(0) };
            return Err(Ended::Failed(Box::new(failure)));
        }
        let mut next = Checkpoint { left, ..self.end_of_pass(proved) };
        // What the parts did is the whole's from here on, in the transaction that ends them.
        stretch::add(&mut next, done);
        let along = if done.is_empty() { Vec::new() } else { vec![self.parts().forget()] };
        self.write(next, &along, course)?;
        self.show(course, if proved { Doing::Done } else { self.doing() }, true);
        Ok(proved)
    }

    /// An end that is counted as a batch cannot be written twice either.
    fn end_of_pass(&self, done: bool) -> Checkpoint {
        let checkpoint = self.checkpoint.clone();
        Checkpoint {
            pass: if done { checkpoint.pass } else { checkpoint.pass + 1 },
            reached: None,
            batches: checkpoint.batches + 1,
            state: if done { State::Done } else { State::Running },
            moved_at: now(),
            ..checkpoint
        }
    }

    pub(super) fn write(&mut self, next: Checkpoint, along: &[String], course: &mut Course<'_>) -> Result<(), Ended> {
        let written = self.checkpoints.advance(&next, self.checkpoint.batches);
        self.patiently(course, |driver| write(driver, std::slice::from_ref(&written), along))?;
        self.checkpoint = next;
        course.beside = Beside::default();
        Ok(())
    }

    /// Tries until nobody is in the way any more.
    pub(super) fn patiently<T>(
        &mut self,
        course: &mut Course<'_>,
        mut ask: impl FnMut(&mut dyn Driver) -> Result<T, Ended>,
    ) -> Result<T, Ended> {
        let mut hands = Hands::new(Pace::new(course.pacing, self.options, None), self.patience);
        loop {
            match ask(self.driver) {
                Ok(answer) => return Ok(answer),
                Err(ended) => {
                    let Later { pause, why } = hands.make_way(self.driver, &self.plan.table, ended)?;
                    self.show(course, Doing::Waiting { why }, true);
                    nap(pause, self.stop)?;
                }
            }
        }
    }

    /// Waits as long as there is a reason to.
    fn hold(&mut self, course: &mut Course<'_>) -> Result<(), Ended> {
        heed(self.stop)?;
        while let Some(doing) = self.reason_to_wait(course)? {
            self.note(Some(&doing), course)?;
            self.show(course, doing, true);
            nap(HELD_FOR, self.stop)?;
            course.rate.forget();
        }
        self.note(None, course)
    }

    /// Writes down what is waited for when that is another thing than before, so that others can be told.
    pub(super) fn note(&mut self, doing: Option<&Doing>, course: &mut Course<'_>) -> Result<(), Ended> {
        let waits = match doing {
            Some(Doing::Waiting { why }) => Some(why.clone()),
            // A pause is on the ledger already.
            Some(
                Doing::Paused { .. }
                | Doing::Changing
                | Doing::Sweeping { .. }
                | Doing::Reclaiming
                | Doing::Proving
                | Doing::Stopped
                | Doing::Done,
            )
            | None => None,
        };
        if course.noted != waits {
            let statement = self.checkpoints.wait(&self.checkpoint, waits.as_deref());
            // Whoever is in the way of this is told of by the batches.
            match self.driver.execute(&statement) {
                Ok(_) => course.noted = waits,
                Err(error) if error.kind == DriverErrorKind::Busy => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    pub(super) fn reason_to_wait(&mut self, course: &mut Course<'_>) -> Result<Option<Doing>, Ended> {
        let place = (self.checkpoint.seq, self.checkpoint.ordinal);
        let looked = course.throttle.look(self.driver, self.checkpoints, place);
        let hold = looked.map_err(|asked| match asked {
            Asked::Failure(failure) => Ended::Failed(failure),
            Asked::Driver(error) => (*error).into(),
        })?;
        Ok(hold.map(|hold| match hold {
            Hold::Paused { by } => Doing::Paused { by },
            Hold::Waiting { why } => Doing::Waiting { why },
        }))
    }

    pub(super) fn parts(&self) -> Stretches {
        Stretches::of(self.driver, &self.checkpoint)
    }

    pub(super) fn doing(&self) -> Doing {
        match self.checkpoint.pass {
            0 => Doing::Changing,
            pass => Doing::Sweeping { pass },
        }
    }

    pub(super) fn show(&mut self, course: &mut Course<'_>, doing: Doing, at_once: bool) {
        if !at_once && course.shown.is_some_and(|shown| shown.elapsed() < SHOWN_EVERY) {
            return;
        }
        course.shown = Some(Instant::now());
        let Checkpoint { passed, total, changed, batches, pass, .. } = self.checkpoint;
        let passed = passed + course.beside.passed;
        let passed = match total {
            Some(total) if pass > 0 || matches!(doing, Doing::Proving | Doing::Done) => total,
            Some(total) => passed.min(total),
            None => passed,
        };
        let rate = course.rate.per_second();
        let left = total.zip(rate).filter(|(_, rate)| *rate > 0 && pass == 0);
        let left = left.map(|(total, rate)| Duration::from_secs(total.saturating_sub(passed) / rate));
        let (changed, batches) = (changed + course.beside.changed, batches + course.beside.batches);
        (self.hear)(&Progress { table: self.plan.table.clone(), passed, total, changed, batches, rate, left, doing });
    }
}

pub(super) fn heed(stop: &AtomicBool) -> Result<(), Ended> {
    if stop.load(Ordering::Relaxed) { Err(Ended::Stopped) } else { Ok(()) }
}

/// Waits, and hears a request to stop meanwhile.
pub(super) fn nap(pause: Duration, stop: &AtomicBool) -> Result<(), Ended> {
    let begun = Instant::now();
    while begun.elapsed() < pause {
        heed(stop)?;
        sleep(pause.saturating_sub(begun.elapsed()).min(Duration::from_millis(50)));
    }
    heed(stop)
}
