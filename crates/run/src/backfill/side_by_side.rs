//! Several connections at one backfill, each at a part of the table of its own.
//!
//! The connection that has the runner's lock changes nothing meanwhile: it hears who wants a pause, looks at what keeps
//! batches waiting, and tells how far they are. The parts make sure of the rest. A run that is killed may leave a batch
//! that the server still carries out after another run has the lock; it ends with its part moved on, or is taken back,
//! and the other run finds its own move in vain and reads where the part is now.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use whimbrel_plan::backfill::{BackfillPlan, Pass, Position};

use super::hands::{Hands, Later, Through, upper, write};
use super::pace::Pace;
use super::stretch::{Stretch, Stretches};
use super::upkeep::Due;
use super::worker::{Course, Worker, heed, nap};
use super::{Checkpoint, Doing, Ended};
use crate::clock::now;
use crate::{Canceller, Driver};

/// So many parts for each connection, so that none has much left to do when the others are through.
const PARTS_EACH: u64 = 4;
/// What another run's last batches may take from this one.
const TRIES: u32 = 5;
const TICK: Duration = Duration::from_millis(20);
const LOOKED_EVERY: Duration = Duration::from_millis(500);

/// What all of the crew see.
struct Shared<'s> {
    open: Mutex<VecDeque<Stretch>>,
    /// No batch begins.
    held: AtomicBool,
    /// No batch begins any more.
    halted: AtomicBool,
    stop: &'s AtomicBool,
}

enum Told {
    Batch(Through),
    Waits(String),
    Ended(Result<(), Ended>),
}

impl Worker<'_> {
    /// The parts that several connections go over: those that an earlier run cut, cut once more where more hands are
    /// there now. None where one connection does it all.
    pub(super) fn stretches(&mut self, course: &mut Course<'_>) -> Result<Vec<Stretch>, Ended> {
        if self.checkpoint.pass > 0 {
            return Ok(Vec::new());
        }
        let (parts, jobs) = (self.parts(), self.crew.len());
        for _ in 0..TRIES {
            let found = self.patiently(course, |driver| Ok(parts.read(driver)?))?;
            let open = found.iter().filter(|stretch| !stretch.done).count();
            let enough = if found.is_empty() { jobs < 2 } else { open == 0 || open >= jobs };
            if enough {
                return Ok(found);
            }
            match self.cut(&parts, &found, course) {
                Err(Ended::Overtaken) => {}
                cut => return cut,
            }
        }
        Err(Ended::Overtaken)
    }

    fn cut(&mut self, parts: &Stretches, found: &[Stretch], course: &mut Course<'_>) -> Result<Vec<Stretch>, Ended> {
        let whole = [Stretch::new(0, self.checkpoint.reached.clone(), None, now())];
        let sources = if found.is_empty() { &whole[..] } else { found };
        let open = sources.iter().filter(|source| !source.done).count().max(1);
        let each = (self.crew.len() as u64 * PARTS_EACH).div_ceil(open as u64);
        let mut number = found.iter().map(|stretch| stretch.number).max().unwrap_or_default();
        let (mut cut, mut moved, mut along) = (Vec::new(), Vec::new(), Vec::new());
        if !self.driver.has_table(super::stretch::TABLE)? {
            along.push(parts.create());
        }
        for source in sources {
            if source.done {
                cut.push(source.clone());
                continue;
            }
            let mut after = source.reached.clone();
            for (at, upto) in self.ends(source, each, course)?.into_iter().enumerate() {
                let stretch = match at == 0 && !found.is_empty() {
                    // Counted as a batch, so that whoever else is at it finds it moved.
                    true => Stretch { upto: upto.clone(), batches: source.batches + 1, ..source.clone() },
                    false => {
                        number += 1;
                        Stretch::new(number, after, upto.clone(), now())
                    }
                };
                match stretch.number == source.number {
                    true => moved.push(parts.advance(&stretch, source.batches)),
                    false => along.push(parts.insert(&stretch)),
                }
                after = upto;
                cut.push(stretch);
            }
        }
        if cut.len() < 2 {
            return Ok(found.to_vec());
        }
        let next = Checkpoint { batches: self.checkpoint.batches + 1, moved_at: now(), ..self.checkpoint.clone() };
        moved.push(self.checkpoints.advance(&next, self.checkpoint.batches));
        self.patiently(course, |driver| write(driver, &moved, &along))?;
        self.checkpoint = next;
        Ok(cut)
    }

    /// Where each of the parts of a part ends.
    fn ends(&mut self, source: &Stretch, each: u64, course: &mut Course<'_>) -> Result<Vec<Option<Position>>, Ended> {
        let (after, within) = (source.reached.as_ref(), source.upto.as_ref());
        let query = self.plan.cuts(after, within, each, self.checkpoint.total);
        let rows = self.patiently(course, |driver| Ok(driver.query(&query, &[])?))?;
        let mut ends: Vec<Option<Position>> = rows.into_iter().map(|row| row.into_iter().collect()).collect();
        if ends.is_empty() || !self.plan.ends_at_last_cut() {
            ends.push(source.upto.clone());
        }
        Ok(ends)
    }

    /// Goes over the parts until each is done. Gives them as the database has them then.
    pub(super) fn side_by_side(
        &mut self,
        stretches: Vec<Stretch>,
        course: &mut Course<'_>,
    ) -> Result<Vec<Stretch>, Ended> {
        for stretch in &stretches {
            course.beside.batches += stretch.batches;
            course.beside.changed += stretch.changed;
            course.beside.passed += stretch.passed;
        }
        let open: VecDeque<Stretch> = stretches.into_iter().filter(|stretch| !stretch.done).collect();
        if !open.is_empty() {
            let crew = std::mem::take(&mut self.crew);
            self.run_crew(crew, open, course)?;
        }
        let parts = self.parts();
        let done = self.patiently(course, |driver| Ok(parts.read(driver)?))?;
        match !done.is_empty() && done.iter().all(|stretch| stretch.done) {
            true => Ok(done),
            false => Err(Ended::Overtaken),
        }
    }

    fn run_crew(
        &mut self,
        crew: Vec<Box<dyn Driver>>,
        open: VecDeque<Stretch>,
        course: &mut Course<'_>,
    ) -> Result<(), Ended> {
        let (held, halted) = (AtomicBool::new(false), AtomicBool::new(false));
        let shared = Shared { open: Mutex::new(open), held, halted, stop: self.stop };
        let cancels: Vec<Canceller> = crew.iter().map(|driver| driver.canceller()).collect();
        let (plan, parts) = (self.plan, self.parts());
        let (tell, told) = channel();
        scope(|scope| {
            for driver in crew {
                let hands = Hands::new(Pace::new(course.pacing, self.options, None), self.patience);
                let one = One { driver, plan, parts: &parts, hands, shared: &shared, tell: tell.clone() };
                scope.spawn(move || one.work());
            }
            drop(tell);
            self.lead(&shared, &told, &cancels, course)
        })
    }

    /// Hears and looks until the last of the crew has ended. What went wrong first is told.
    fn lead(
        &mut self,
        shared: &Shared<'_>,
        told: &Receiver<Told>,
        cancels: &[Canceller],
        course: &mut Course<'_>,
    ) -> Result<(), Ended> {
        let mut result = Ok(());
        let mut looked = None;
        let mut asked_to_stop: Option<Instant> = None;
        loop {
            let mut changed = 0;
            match told.recv_timeout(TICK) {
                Ok(Told::Batch(through)) => {
                    course.beside.batches += 1;
                    course.beside.changed += through.changed;
                    course.beside.passed += through.rows;
                    course.rate.add(through.rows);
                    changed = through.changed;
                    self.show(course, self.doing(), false);
                }
                Ok(Told::Waits(why)) => self.show(course, Doing::Waiting { why }, false),
                Ok(Told::Ended(ended)) => result = result.and(ended),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return result,
            }
            if result.is_ok() {
                result = self.steer(shared, changed, &mut looked, course);
            }
            if result.is_err() {
                shared.halted.store(true, Ordering::Relaxed);
            }
            // Asked again, because a request that comes between two statements stops neither.
            let again = asked_to_stop.is_none_or(|asked| asked.elapsed() >= LOOKED_EVERY);
            if shared.stop.load(Ordering::Relaxed) && again {
                asked_to_stop = Some(Instant::now());
                cancels.iter().for_each(|cancel| cancel());
            }
        }
    }

    fn steer(
        &mut self,
        shared: &Shared<'_>,
        changed: u64,
        looked: &mut Option<Instant>,
        course: &mut Course<'_>,
    ) -> Result<(), Ended> {
        heed(self.stop)?;
        if looked.is_some_and(|looked: Instant| looked.elapsed() < LOOKED_EVERY) {
            course.upkeep.note(changed);
            return Ok(());
        }
        *looked = None;
        let doing = match self.reason_to_wait(course)? {
            Some(doing) => {
                *looked = Some(Instant::now());
                course.upkeep.note(changed);
                Some(doing)
            }
            None => match course.upkeep.after(changed, self.driver) {
                Due::No => None,
                Due::Wait => Some(Doing::Reclaiming),
                Due::Yourself => {
                    self.show(course, Doing::Reclaiming, true);
                    // An engine that cannot clear up now, or may not, is no reason to stop.
                    let _ = self.driver.reclaim(&self.plan.table);
                    None
                }
            },
        };
        // Held before it is told.
        shared.held.store(doing.is_some(), Ordering::Relaxed);
        self.note(doing.as_ref(), course)?;
        if let Some(doing) = doing {
            course.rate.forget();
            let at_once = doing != Doing::Reclaiming;
            self.show(course, doing, at_once);
        }
        Ok(())
    }
}

/// One of the crew.
struct One<'s> {
    driver: Box<dyn Driver>,
    plan: &'s BackfillPlan<'s>,
    parts: &'s Stretches,
    hands: Hands,
    shared: &'s Shared<'s>,
    tell: Sender<Told>,
}

impl One<'_> {
    fn work(mut self) {
        let ended = self.all();
        let _ = self.tell.send(Told::Ended(ended));
    }

    fn all(&mut self) -> Result<(), Ended> {
        self.driver.begin_batches()?;
        loop {
            let next = self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some(stretch) = next else { return Ok(self.driver.end_batches()?) };
            self.over(stretch)?;
        }
    }

    fn over(&mut self, stretch: Stretch) -> Result<(), Ended> {
        let mut stretch = stretch;
        let mut in_vain = 0;
        while !stretch.done {
            if !self.shared.goes_on()? {
                return Ok(());
            }
            match self.batch(&stretch) {
                Ok((next, through)) => {
                    (stretch, in_vain) = (next, 0);
                    let _ = self.tell.send(Told::Batch(through));
                    nap(self.hands.pace.pause(), self.shared.stop)?;
                }
                // A batch of a run that was killed moved it on meanwhile.
                Err(Ended::Overtaken) if in_vain < TRIES => {
                    self.driver.rollback()?;
                    in_vain += 1;
                    stretch = self.parts.find(&mut *self.driver, stretch.number)?.ok_or(Ended::Overtaken)?;
                }
                Err(ended) => {
                    let Later { pause, why } = self.hands.make_way(&mut *self.driver, &self.plan.table, ended)?;
                    let _ = self.tell.send(Told::Waits(why));
                    nap(pause, self.shared.stop)?;
                }
            }
        }
        Ok(())
    }

    fn batch(&mut self, stretch: &Stretch) -> Result<(Stretch, Through), Ended> {
        let (after, within) = (stretch.reached.as_ref(), stretch.upto.as_ref());
        let query = self.plan.upper(Pass::First, after, within, self.hands.pace.rows());
        let mut next = Stretch { batches: stretch.batches + 1, moved_at: now(), ..stretch.clone() };
        let Some(upto) = upper(&mut *self.driver, &query)? else {
            next.done = true;
            write(&mut *self.driver, &[self.parts.advance(&next, stretch.batches)], &[])?;
            return Ok((next, Through { rows: 0, changed: 0 }));
        };
        let statement = self.plan.update(Pass::First, after, &upto);
        next.reached = Some(upto);
        let parts = self.parts;
        let through = self.hands.batch(&mut *self.driver, &statement, |through| {
            next.changed += through.changed;
            next.passed += through.rows;
            next.batch_rows = through.rows;
            parts.advance(&next, stretch.batches)
        })?;
        Ok((next, through))
    }
}

impl Shared<'_> {
    /// Waits while batches are held; `false` when none is to begin any more.
    fn goes_on(&self) -> Result<bool, Ended> {
        loop {
            heed(self.stop)?;
            if self.halted.load(Ordering::Relaxed) {
                return Ok(false);
            }
            if !self.held.load(Ordering::Relaxed) {
                return Ok(true);
            }
            sleep(TICK);
        }
    }
}
