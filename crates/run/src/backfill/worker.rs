use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use whimbrel_plan::backfill::{BackfillPlan, Pass, Position, Proof};

use super::pace::Pace;
use super::progress::Rate;
use super::throttle::{Asked, Hold, Throttle};
use super::{BackfillFailure, Checkpoint, Checkpoints, Doing, Options, Progress, State};
use crate::{Driver, DriverError, DriverErrorKind, Row};

/// One backfill, from its checkpoint to its proof.
pub(crate) struct Worker<'w> {
    pub driver: &'w mut dyn Driver,
    pub plan: &'w BackfillPlan<'w>,
    pub checkpoints: &'w Checkpoints,
    pub checkpoint: Checkpoint,
    pub options: &'w Options,
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
const ASKED_EVERY: Duration = Duration::from_secs(1);
const HELD_FOR: Duration = Duration::from_millis(500);
/// Fewer changed rows than this are not worth clearing up after.
const UPKEEP_FROM: u64 = 20_000;

/// What goes along with the batches, and is not worth keeping.
struct Course<'o> {
    pace: Pace,
    throttle: Throttle<'o>,
    rate: Rate,
    shown: Option<Instant>,
    /// Since when nothing got through.
    stuck: Option<Instant>,
    asked_who_waits: Instant,
    since_upkeep: u64,
    upkeep_percent: u64,
}

impl Worker<'_> {
    /// Runs to the end, or to where it has to stop. The checkpoint is then as the database has it.
    pub fn run(&mut self) -> Result<(), Ended> {
        self.driver.begin_batches()?;
        let result = self.prepare();
        let ended = self.driver.end_batches();
        match result {
            Ok(()) => Ok(ended?),
            Err(ended) => Err(ended),
        }
    }

    fn prepare(&mut self) -> Result<(), Ended> {
        let pacing = self.driver.dialect().batching().map(whimbrel_plan::backfill::Batching::pacing);
        let Some(pacing) = pacing else { return Ok(()) };
        let rows = (self.checkpoint.batches > 0).then_some(self.checkpoint.batch_rows);
        let mut course = Course {
            pace: Pace::new(pacing, self.options, rows),
            throttle: Throttle::new(self.options),
            rate: Rate::new(),
            shown: None,
            stuck: None,
            asked_who_waits: Instant::now(),
            since_upkeep: 0,
            upkeep_percent: pacing.upkeep_percent,
        };
        let result = self.batches(&mut course);
        if let Err(Ended::Stopped) = &result {
            self.show(&mut course, Doing::Stopped, true);
        }
        result
    }

    fn batches(&mut self, course: &mut Course<'_>) -> Result<(), Ended> {
        loop {
            self.hold(course)?;
            let pass = self.pass();
            let query = self.plan.upper(pass, self.checkpoint.reached.as_ref(), course.pace.rows());
            let found = self.ask(&query, course)?;
            let upto: Option<Position> = found.into_iter().next().and_then(|row| row.into_iter().collect());
            match upto {
                Some(upto) => self.batch(pass, upto, course)?,
                None if self.is_proved(course)? => return Ok(()),
                None => {}
            }
        }
    }

    fn ask(&mut self, query: &str, course: &mut Course<'_>) -> Result<Vec<Row>, Ended> {
        loop {
            match self.driver.query(query, &[]) {
                Ok(rows) => return Ok(rows),
                Err(error) => self.make_way(error.into(), course)?,
            }
        }
    }

    fn pass(&self) -> Pass {
        if self.checkpoint.pass == 0 { Pass::First } else { Pass::Sweep }
    }

    /// One batch. What is in its way makes it smaller, and it is tried again; what is wrong with it ends the run.
    fn batch(&mut self, pass: Pass, upto: Position, course: &mut Course<'_>) -> Result<(), Ended> {
        let begun = Instant::now();
        let changed = match self.transaction(pass, &upto, course) {
            Ok(changed) => changed,
            Err(ended) => {
                let _ = self.driver.rollback();
                return self.make_way(ended, course);
            }
        };
        let took = begun.elapsed();
        course.stuck = None;
        course.rate.add(course.pace.rows());
        course.pace.learn(changed, took);
        self.show(course, self.doing(), false);
        course.since_upkeep += changed;
        let share = self.checkpoint.total.unwrap_or(self.checkpoint.changed) / 100 * course.upkeep_percent;
        if course.since_upkeep >= share.max(UPKEEP_FROM) {
            self.reclaim(course);
        }
        sleep(course.pace.pause());
        Ok(())
    }

    /// The rows and how far they reach, together or not at all.
    fn transaction(&mut self, pass: Pass, upto: &Position, course: &mut Course<'_>) -> Result<u64, Ended> {
        let statement = self.plan.update(pass, self.checkpoint.reached.as_ref(), upto);
        self.driver.expect_no_violations();
        self.driver.begin()?;
        let changed = self.driver.execute_batch(&statement)?;
        let next = Checkpoint {
            reached: Some(upto.clone()),
            batches: self.checkpoint.batches + 1,
            changed: self.checkpoint.changed + changed,
            passed: self.checkpoint.passed + course.pace.rows(),
            batch_rows: course.pace.rows(),
            moved_at: now(),
            ..self.checkpoint.clone()
        };
        if course.asked_who_waits.elapsed() >= ASKED_EVERY {
            course.asked_who_waits = Instant::now();
            if self.driver.sessions_waiting()? > 0 {
                course.pace.shrink();
            }
        }
        self.advance(next)?;
        Ok(changed)
    }

    /// Writes the checkpoint into the open transaction and commits it.
    fn advance(&mut self, next: Checkpoint) -> Result<(), Ended> {
        if self.driver.execute(&self.checkpoints.advance(&next, self.checkpoint.batches))? != 1 {
            return Err(Ended::Overtaken);
        }
        self.driver.commit().map_err(|error| {
            let in_doubt = error.kind == DriverErrorKind::Lost;
            Ended::Driver { error: Box::new(error), in_doubt }
        })?;
        self.checkpoint = next;
        Ok(())
    }

    /// The end of a pass: whether it was the last one.
    fn is_proved(&mut self, course: &mut Course<'_>) -> Result<bool, Ended> {
        self.show(course, Doing::Proving, true);
        let left = match self.plan.count_left() {
            Some(query) => {
                let rows = self.ask(&query, course)?;
                rows.into_iter().flatten().next().flatten().and_then(|text| text.parse::<u64>().ok())
            }
            None => None,
        };
        let done = match &self.plan.proof {
            Proof::Values | Proof::Condition { .. } => left == Some(0),
            Proof::Once { .. } => true,
        };
        if !done && self.checkpoint.pass >= SWEEPS {
            // The next run has as many tries again, and goes over what is left only.
            let next = Checkpoint { pass: 1, reached: None, left, ..self.end_of_pass(false) };
            self.write_patiently(next, course)?;
            let (table, passes) = (self.plan.table.clone(), SWEEPS + 1);
            let failure = BackfillFailure::Unending { table, passes, left: left.unwrap_or(0) };
            return Err(Ended::Failed(Box::new(failure)));
        }
        let next = Checkpoint { left, ..self.end_of_pass(done) };
        self.write_patiently(next, course)?;
        self.show(course, if done { Doing::Done } else { self.doing() }, true);
        Ok(done)
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

    fn write_patiently(&mut self, next: Checkpoint, course: &mut Course<'_>) -> Result<(), Ended> {
        while let Err(ended) = self.write(next.clone()) {
            let _ = self.driver.rollback();
            self.make_way(ended, course)?;
        }
        Ok(())
    }

    fn write(&mut self, next: Checkpoint) -> Result<(), Ended> {
        self.driver.expect_no_violations();
        self.driver.begin()?;
        self.advance(next)
    }

    /// Lets whoever is in the way go first, as long as patience lasts; gives back what is no such thing.
    fn make_way(&mut self, ended: Ended, course: &mut Course<'_>) -> Result<(), Ended> {
        let error = match ended {
            Ended::Driver { error, in_doubt: false } if is_in_the_way(&error) => error,
            other => return Err(other),
        };
        let stuck = *course.stuck.get_or_insert_with(Instant::now);
        if stuck.elapsed() >= self.patience {
            let (table, waited) = (self.plan.table.clone(), stuck.elapsed());
            let failure = BackfillFailure::InTheWay { table, waited, error: *error };
            return Err(Ended::Failed(Box::new(failure)));
        }
        course.pace.shrink();
        // The longer nothing gets through, the less often it is tried; never at the same beat as somebody else.
        let jitter = u64::from(Instant::now().elapsed().subsec_nanos() % 7) + self.checkpoint.batches % 13;
        let pause = (stuck.elapsed() / 2).clamp(Duration::from_millis(20), Duration::from_secs(2));
        self.nap(pause + Duration::from_millis(jitter), course, Doing::Waiting { why: error.message.clone() })
    }

    /// Waits as long as there is a reason to.
    fn hold(&mut self, course: &mut Course<'_>) -> Result<(), Ended> {
        self.heed_stop()?;
        loop {
            let place = (self.checkpoint.seq, self.checkpoint.ordinal);
            let looked = course.throttle.look(self.driver, self.checkpoints, place);
            let hold = looked.map_err(|asked| match asked {
                Asked::Failure(failure) => Ended::Failed(failure),
                Asked::Driver(error) => (*error).into(),
            })?;
            let doing = match hold {
                None => return Ok(()),
                Some(Hold::Paused { by }) => Doing::Paused { by },
                Some(Hold::Waiting { why }) => Doing::Waiting { why },
            };
            self.nap(HELD_FOR, course, doing)?;
        }
    }

    fn nap(&mut self, pause: Duration, course: &mut Course<'_>, doing: Doing) -> Result<(), Ended> {
        self.show(course, doing, true);
        let begun = Instant::now();
        while begun.elapsed() < pause {
            self.heed_stop()?;
            sleep(pause.saturating_sub(begun.elapsed()).min(Duration::from_millis(50)));
        }
        course.rate.forget();
        Ok(())
    }

    fn heed_stop(&self) -> Result<(), Ended> {
        if self.stop.load(Ordering::Relaxed) { Err(Ended::Stopped) } else { Ok(()) }
    }

    /// An engine that cannot clear up now, or may not, is no reason to stop.
    fn reclaim(&mut self, course: &mut Course<'_>) {
        self.show(course, Doing::Reclaiming, true);
        let _ = self.driver.reclaim(&self.plan.table);
        course.since_upkeep = 0;
        course.rate.forget();
    }

    fn doing(&self) -> Doing {
        match self.checkpoint.pass {
            0 => Doing::Changing,
            pass => Doing::Sweeping { pass },
        }
    }

    fn show(&mut self, course: &mut Course<'_>, doing: Doing, at_once: bool) {
        if !at_once && course.shown.is_some_and(|shown| shown.elapsed() < SHOWN_EVERY) {
            return;
        }
        course.shown = Some(Instant::now());
        let Checkpoint { passed, total, changed, batches, pass, .. } = self.checkpoint.clone();
        let passed = match total {
            Some(total) if pass > 0 || matches!(doing, Doing::Proving | Doing::Done) => total,
            Some(total) => passed.min(total),
            None => passed,
        };
        let rate = course.rate.per_second();
        let left = total.zip(rate).filter(|(_, rate)| *rate > 0 && pass == 0);
        let left = left.map(|(total, rate)| Duration::from_secs(total.saturating_sub(passed) / rate));
        (self.hear)(&Progress { table: self.plan.table.clone(), passed, total, changed, batches, rate, left, doing });
    }
}

/// Others have locked what the batch needs, or it ran into their changes: smaller and later it may get through.
fn is_in_the_way(error: &DriverError) -> bool {
    match error.kind {
        DriverErrorKind::Busy | DriverErrorKind::TimedOut => true,
        // serialization_failure, and query_canceled where nobody cancelled: a statement_timeout.
        DriverErrorKind::Statement => matches!(error.code.as_deref(), Some("40001" | "57014")),
        DriverErrorKind::Connect
        | DriverErrorKind::Lost
        | DriverErrorKind::Cancelled
        | DriverErrorKind::Unwritable
        | DriverErrorKind::Forbidden
        | DriverErrorKind::Unsupported => false,
    }
}

pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
