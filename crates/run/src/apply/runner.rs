use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

use whimbrel_plan::guard::Foresight;
use whimbrel_plan::history::{History, TargetError};
use whimbrel_plan::revision::{Direction, Revision, RevisionId};
use whimbrel_schema::Fingerprint;

use super::guarded::Lookout;
use super::job::Job;
use super::keeping::Recalled;
use super::run::Moment;
use super::{ApplyError, Failure, Options, Report, Waiting, Witness, gate};
use crate::keep::CopiedAhead;
use crate::ledger::{self, Ledger, Tables};
use crate::protect::Pass;
use crate::{Driver, DriverError, DriverErrorKind, Event};

/// One run, from reading the ledger to giving the lock back.
pub(super) struct Runner<'r> {
    pub driver: &'r mut dyn Driver,
    pub history: &'r History,
    pub options: &'r Options,
    pub listen: &'r mut dyn FnMut(Event<'_>),
    pub direction: Direction,
    pub tables: Tables<'static>,
    pub report: Report,
    /// The last event that this run knows of.
    pub last: i64,
    /// What the database was when it was looked at before the first revision.
    pub before: Option<Fingerprint>,
    /// How the database differs from its history, and why that was accepted.
    pub accepted_drift: Option<String>,
    /// Why a gate was passed by, for the ledger.
    pub note: Option<String>,
    /// The same, for one revision.
    pub passed: BTreeMap<RevisionId, String>,
    /// The deploys whose code lives with a revision that takes something away.
    pub cleared: BTreeMap<RevisionId, Vec<String>>,
    /// Whether what comes before the first revision is on the ledger.
    pub has_begun: bool,
    /// How the gates of a protected database were passed.
    pub passes: Vec<Pass>,
    /// What was asked for when they were.
    pub planned: Vec<RevisionId>,
    /// Whether the database has been compared with its history.
    pub compared: bool,
    /// What the statements to come are going to meet.
    pub foresight: Foresight,
    pub lookout: Lookout,
    /// Limits of revisions' own that have been told.
    pub told_limits: BTreeSet<(&'static str, String)>,
    /// What the revision that is being undone may give back.
    pub recalled: Recalled,
    /// What was copied before the lock is taken.
    pub ahead: Vec<CopiedAhead>,
    /// Whether copies that an earlier run began follow their tables still.
    pub left_ahead: bool,
    /// It only looks, and whoever asked waits for the answer.
    pub glancing: bool,
    /// Who looks on.
    pub witness: Option<&'r mut dyn Witness>,
}

/// Whether a step of the run took place, or somebody else was there first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Taken,
    Lost,
}

impl<'r> Runner<'r> {
    pub fn new(
        driver: &'r mut dyn Driver,
        history: &'r History,
        options: &'r Options,
        listen: &'r mut dyn FnMut(Event<'_>),
        direction: Direction,
    ) -> Self {
        let tables = Tables::of(driver);
        let foresight = Foresight::new(driver.dialect(), driver.version());
        Runner {
            driver,
            history,
            options,
            listen,
            direction,
            tables,
            report: Report::new(direction),
            last: 0,
            before: None,
            accepted_drift: None,
            note: None,
            passed: BTreeMap::new(),
            cleared: BTreeMap::new(),
            has_begun: false,
            passes: Vec::new(),
            planned: Vec::new(),
            compared: false,
            foresight,
            lookout: Lookout::default(),
            told_limits: BTreeSet::new(),
            recalled: Recalled::default(),
            ahead: Vec::new(),
            left_ahead: false,
            glancing: false,
            witness: None,
        }
    }

    /// Runs the revisions that `wanted` names once it is told what is applied.
    pub fn run(
        mut self,
        wanted: impl FnOnce(&'r History, &BTreeSet<RevisionId>) -> Result<Vec<&'r Revision>, TargetError>,
    ) -> Result<Report, ApplyError> {
        let begun = Instant::now();
        let result = self.find_out_and_run(wanted);
        self.report.took = begun.elapsed();
        match result {
            Ok(()) => Ok(self.report),
            Err(failure) => Err(ApplyError { failure: Box::new(failure), report: Box::new(self.report) }),
        }
    }

    /// What a run would hold back.
    pub fn look_ahead(
        mut self,
        wanted: impl FnOnce(&'r History, &BTreeSet<RevisionId>) -> Result<Vec<&'r Revision>, TargetError>,
    ) -> Result<Vec<Waiting>, ApplyError> {
        self.glancing = true;
        match self.find_out_what_waits(wanted) {
            Ok(()) => Ok(self.report.waiting),
            Err(failure) => Err(ApplyError { failure: Box::new(failure), report: Box::new(self.report) }),
        }
    }

    fn find_out_what_waits(
        &mut self,
        wanted: impl FnOnce(&'r History, &BTreeSet<RevisionId>) -> Result<Vec<&'r Revision>, TargetError>,
    ) -> Result<(), Failure> {
        let ledger = self.read_ledger()?;
        let wanted = wanted(self.history, &self.report.applied)?;
        let jobs = self.jobs(&wanted.into_iter().map(|revision| revision.id.clone()).collect())?;
        self.hold_back(&ledger, jobs.iter().collect())?;
        Ok(())
    }

    fn find_out_and_run(
        &mut self,
        wanted: impl FnOnce(&'r History, &BTreeSet<RevisionId>) -> Result<Vec<&'r Revision>, TargetError>,
    ) -> Result<(), Failure> {
        let (unfinished, seen) = self.look_first()?;
        let mut applied = self.report.applied.clone();
        // What was applied half-way is undone like what is applied, and first; so is what an earlier run began to undo
        // from there, which is on the ledger as applied no more than that.
        if let (Direction::Down, Some(half)) = (self.direction, &unfinished) {
            applied.insert(half.clone());
        }
        // The target is turned into revisions once: `+1` asked for by ten runners is one revision, not ten.
        let wanted = wanted(self.history, &applied)?;
        let wanted: BTreeSet<RevisionId> = wanted.into_iter().map(|revision| revision.id.clone()).collect();
        if wanted.is_empty() && unfinished.is_none() && !self.is_new_deploy()? {
            return Ok(());
        }
        self.must_be_meant(self.work())?;
        // What cannot run is told before anybody is kept waiting.
        let jobs = self.jobs(&wanted)?;
        self.lock()?;
        let result = self.run_locked(&wanted, &jobs, seen);
        let cleared = self.clear_ahead();
        let result = result.and(cleared);
        let unlocked = self.give_lock_back();
        result.and_then(|()| unlocked.map_err(Failure::from))
    }

    /// A request to stop that meets nothing else any more finds a run that has come to its end.
    fn give_lock_back(&mut self) -> Result<(), DriverError> {
        loop {
            match self.driver.unlock() {
                Err(error) if error.kind == DriverErrorKind::Cancelled => {}
                outcome => return outcome,
            }
        }
    }

    /// Which revision was begun and not ended, and the last event, before anybody has the lock.
    fn look_first(&mut self) -> Result<(Option<RevisionId>, i64), Failure> {
        let options = self.options;
        let half = |ledger: &Ledger| ledger.unfinished().map(|event| event.revision.clone());
        if let Some(seen) = &options.seen {
            self.take_in(seen)?;
            return Ok((half(seen), seen.last()));
        }
        let ledger = self.read_ledger()?;
        Ok((half(&ledger), ledger.last()))
    }

    pub fn read_ledger(&mut self) -> Result<Ledger, Failure> {
        let ledger = ledger::read(self.driver)?;
        self.take_in(&ledger)?;
        Ok(ledger)
    }

    fn take_in(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        gate::known_and_unedited(self.history, ledger)?;
        self.last = ledger.last();
        self.report.applied = ledger.applied_ids();
        Ok(())
    }

    fn run_locked(&mut self, wanted: &BTreeSet<RevisionId>, jobs: &[Job<'r>], seen: i64) -> Result<(), Failure> {
        let mut seen = seen;
        let mut prepared = false;
        loop {
            let ledger = self.read_ledger()?;
            if !prepared {
                self.driver.prepare_session()?;
                self.lookout = Lookout::with(self.driver.observer());
                self.look_for_ahead()?;
                prepared = true;
            }
            let pending = self.pending(wanted);
            if ledger.last() != seen {
                self.count_elsewhere(wanted, &pending);
                seen = ledger.last();
            }
            if let Some(event) = ledger.unfinished() {
                self.pass_gates_of_rest(event, &ledger)?;
                self.write_first(&ledger)?;
                if self.resume(event, wanted)? == Turn::Lost {
                    continue;
                }
                // Ledger and database are both other than they were.
                self.compared = true;
                seen = self.last;
                continue;
            }
            if pending.is_empty() {
                return self.write_first(&ledger);
            }
            self.compare(&ledger)?;
            let jobs: Vec<&Job<'r>> = jobs.iter().filter(|job| pending.contains(&job.revision.id)).collect();
            let jobs = self.hold_back(&ledger, jobs)?;
            jobs.iter().try_for_each(|job| job.must_be_answered())?;
            if !jobs.is_empty() {
                let running: Vec<&Revision> = jobs.iter().map(|job| job.revision).collect();
                self.pass_gates(&ledger, &pending, &running)?;
            }
            self.write_first(&ledger)?;
            if self.direction == Direction::Up {
                self.drop_expired()?;
            }
            self.pack_what_is_left()?;
            if self.run_all(&jobs)? == Turn::Taken {
                return Ok(());
            }
        }
    }

    fn run_all(&mut self, jobs: &[&Job<'r>]) -> Result<Turn, Failure> {
        (self.listen)(Event::Pending { direction: self.direction, revisions: jobs.len() });
        for (at, job) in jobs.iter().enumerate() {
            if self.run_job(job, at + 1, jobs.len())? == Turn::Lost {
                return Ok(Turn::Lost);
            }
        }
        Ok(Turn::Taken)
    }

    /// Of what is wanted, what is still to be done.
    fn pending(&self, wanted: &BTreeSet<RevisionId>) -> BTreeSet<RevisionId> {
        let open = |id: &&RevisionId| match self.direction {
            Direction::Up => !self.report.applied.contains(*id),
            Direction::Down => self.report.applied.contains(*id),
        };
        wanted.iter().filter(open).cloned().collect()
    }

    fn count_elsewhere(&mut self, wanted: &BTreeSet<RevisionId>, pending: &BTreeSet<RevisionId>) {
        let own: BTreeSet<&RevisionId> = self.report.done.iter().map(|done| &done.id).collect();
        let others = wanted.iter().filter(|id| !pending.contains(*id) && !own.contains(id)).cloned();
        let others: Vec<RevisionId> = others.collect();
        if others.len() > self.report.elsewhere.len() {
            (self.listen)(Event::Elsewhere { revisions: others.len() - self.report.elsewhere.len() });
        }
        self.report.elsewhere = others;
    }

    /// The revisions as they have to run, read and checked.
    fn jobs(&mut self, wanted: &BTreeSet<RevisionId>) -> Result<Vec<Job<'r>>, Failure> {
        let history = self.history;
        let chosen = history.revisions().iter().filter(|revision| wanted.contains(&revision.id));
        let ordered: Vec<&'r Revision> = match self.direction {
            Direction::Up => chosen.collect(),
            Direction::Down => chosen.rev().collect(),
        };
        let jobs = ordered.into_iter().map(|revision| self.prepare(revision)).collect::<Result<Vec<_>, _>>()?;
        jobs.iter().filter(|job| !self.can_be_held(job)).try_for_each(Job::must_be_answered)?;
        Ok(jobs)
    }

    pub fn prepare(&mut self, revision: &'r Revision) -> Result<Job<'r>, Failure> {
        let mut job = Job::prepare(revision, self.direction, self.driver.dialect())?;
        // What may be held back is, while it asks; of the rest of a protected database the review sees to it.
        let held = self.options.protection.is_some() && self.can_be_held(&job);
        if self.direction == Direction::Up && (held || job.may_destroy()) {
            job.unanswered = revision.questions(self.driver.dialect().engine());
        }
        Ok(job)
    }

    /// Whether this deploy has to go on the ledger although there is nothing to run: where contracts are held back, the
    /// last deploy is the code that runs, whatever it applied.
    fn is_new_deploy(&mut self) -> Result<bool, Failure> {
        let Some(deploy) = self.options.actor.deploy.as_ref().filter(|_| self.options.contracts.is_some()) else {
            return Ok(false);
        };
        // Without a ledger there is nothing that a contract could end.
        if self.last == 0 {
            return Ok(false);
        }
        Ok(!ledger::deploys(self.driver)?.last().is_some_and(|last| last.is(deploy)))
    }

    /// What is on the ledger before anything runs. Not before every gate is passed: whoever is refused has changed nothing.
    fn write_first(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        if !self.has_begun {
            self.create_ledger(ledger)?;
            self.note_deploy(ledger)?;
            self.has_begun = true;
        }
        Ok(())
    }

    fn note_deploy(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        let Some(deploy) = &self.options.actor.deploy else { return Ok(()) };
        let from_base = ledger.standing().is_empty();
        let row = self.tables.insert_deploy_at(deploy, &self.options.actor, &Moment::now().wall, from_base);
        self.driver.execute(&row)?;
        Ok(())
    }

    pub fn create_ledger(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        if ledger.exists && ledger.format == Some(ledger::FORMAT) {
            return self.create_effects();
        }
        self.begin()?;
        for statement in self.tables.create() {
            if let Err(error) = self.driver.execute(&statement) {
                let _ = self.driver.rollback();
                return Err(error.into());
            }
        }
        self.driver.commit()?;
        Ok(())
    }

    /// A ledger from before there were any has no table for them.
    fn create_effects(&mut self) -> Result<(), Failure> {
        if !self.driver.has_table(Tables::EFFECT)? {
            self.driver.execute(&self.tables.create_effects())?;
        }
        Ok(())
    }

    /// Waits for the lock in short turns, so that a request to stop is heard.
    pub fn lock(&mut self) -> Result<(), Failure> {
        if self.driver.lock(Duration::ZERO)? {
            return Ok(());
        }
        let begun = Instant::now();
        if !self.options.wait.is_zero() {
            (self.listen)(Event::Waiting { at_most: self.options.wait });
        }
        while begun.elapsed() < self.options.wait {
            self.heed_stop()?;
            let left = self.options.wait.saturating_sub(begun.elapsed());
            if self.driver.lock(left.min(TURN))? {
                return Ok(());
            }
        }
        Err(Failure::Locked { waited: begun.elapsed() })
    }

    /// Begins a transaction, waiting for whoever else writes.
    pub fn begin(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        let at_most = self.options.timeouts.patience;
        loop {
            match self.driver.begin() {
                Ok(()) => return Ok(()),
                Err(error) if error.kind == DriverErrorKind::Busy && begun.elapsed() < at_most => {
                    self.heed_stop()?;
                    self.look_around(begun.elapsed());
                    sleep(Duration::from_millis(20));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub fn heed_stop(&self) -> Result<(), Failure> {
        match self.options.stop.load(Ordering::Relaxed) {
            true => Err(Failure::Stopped),
            false => Ok(()),
        }
    }
}

const TURN: Duration = Duration::from_millis(250);
