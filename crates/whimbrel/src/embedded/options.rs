use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use whimbrel_plan::history::Target;
use whimbrel_plan::revision::Direction;
use whimbrel_run::apply::{self, ContractGate};
use whimbrel_run::guard::Timeouts;
use whimbrel_run::{Actor, Canceller, Deploy, backfill};

use super::code::Word;
use super::migrations::parse;
use super::{Error, Protected};

/// How a run goes about it. What is not said is as `whimbrel upgrade` has it, but for one thing: what takes something
/// away from code that may still run waits here even where nobody says which deploy this is.
///
/// ```
/// use std::time::Duration;
/// use whimbrel::Options;
///
/// let options = Options::new().deploy("v42").commit("8c1f0e7").wait(Duration::from_secs(60));
/// # let _ = options;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    pub(super) target: String,
    pub(super) deploy: Option<Deploy>,
    wait: Duration,
    pub(super) timeouts: Timeouts,
    soak: Duration,
    contract_now: Option<String>,
    unused: Vec<(String, String)>,
    accept_drift: Option<String>,
    keep: whimbrel_run::keep::Keep,
    resume: Option<Resume>,
    backfill: backfill::Options,
    pub(super) protected: Option<Protected>,
    pub(super) stop: Stop,
}

/// What to do about a statement of which nobody can see whether it took effect before an earlier run stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// It did not take effect: run it again.
    Again,
    /// It took effect: mark it done.
    Done,
}

impl Default for Options {
    fn default() -> Self {
        Options::new()
    }
}

impl Options {
    /// To all heads, as the deploy that `WHIMBREL_DEPLOY` names (and `WHIMBREL_COMMIT` its commit), where they are set.
    #[must_use]
    pub fn new() -> Options {
        let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let commit = named("WHIMBREL_COMMIT");
        let label = named("WHIMBREL_DEPLOY").or_else(|| commit.as_ref().map(|it| it.chars().take(SHORT).collect()));
        Options {
            target: Target::Heads.to_string(),
            deploy: label.map(|label| Deploy { label, commit }),
            wait: Duration::from_secs(300),
            timeouts: Timeouts::default(),
            soak: Duration::ZERO,
            contract_now: None,
            unused: Vec::new(),
            accept_drift: None,
            keep: whimbrel_run::keep::Keep::default(),
            resume: None,
            backfill: backfill::Options::default(),
            protected: None,
            stop: Stop::default(),
        }
    }

    /// How far to go: an id or its beginning, `+1`, `heads`, `branch@head`.
    #[must_use]
    pub fn target(mut self, target: impl Into<String>) -> Options {
        self.target = target.into();
        self
    }

    /// The deploy that this run is part of. A contract waits for a deploy after the one that began its chain.
    #[must_use]
    pub fn deploy(mut self, label: impl Into<String>) -> Options {
        let commit = self.deploy.take().and_then(|deploy| deploy.commit);
        self.deploy = Some(Deploy { label: label.into(), commit });
        self
    }

    /// The commit of the code in this binary, or whatever else tells one build from another. Without a
    /// [`deploy`](Options::deploy), its beginning is the deploy's label.
    #[must_use]
    pub fn commit(mut self, commit: impl Into<String>) -> Options {
        let commit = commit.into();
        let label = self.deploy.take().map_or_else(|| commit.chars().take(SHORT).collect(), |deploy| deploy.label);
        self.deploy = Some(Deploy { label, commit: Some(commit) });
        self
    }

    /// How long to wait for another runner; 5 minutes if nothing is said.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Options {
        self.wait = wait;
        self
    }

    /// How long one try of a statement waits for its lock, and others queue behind it; 50 ms if nothing is said.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Options {
        self.timeouts.lock = timeout;
        self
    }

    /// How long all the tries of one revision wait together; 5 minutes if nothing is said.
    #[must_use]
    pub fn lock_patience(mut self, patience: Duration) -> Options {
        self.timeouts.patience = patience;
        self
    }

    /// How long a statement may take that keeps others out; 30 minutes if nothing is said, zero for no limit.
    #[must_use]
    pub fn statement_timeout(mut self, timeout: Duration) -> Options {
        self.timeouts.statement = Some(timeout).filter(|timeout| !timeout.is_zero());
        self
    }

    /// How long old and new have to stand side by side before a contract.
    #[must_use]
    pub fn soak(mut self, soak: Duration) -> Options {
        self.soak = soak;
        self
    }

    /// Go through the gate of contracts whatever they wait for, and why. It goes on the ledger.
    #[must_use]
    pub fn contract_now(mut self, reason: impl Into<String>) -> Options {
        self.contract_now = Some(reason.into());
        self
    }

    /// Neither the code that runs now nor the code of this binary names that table (`email`) or column
    /// (`email.subject`), and how that is known. A binary has no sources to look for itself. It goes on the ledger with
    /// the contract that drops it; what else a contract waits for, it waits for all the same.
    #[must_use]
    pub fn unused(mut self, name: impl Into<String>, reason: impl Into<String>) -> Options {
        self.unused.push((name.into(), reason.into()));
        self
    }

    /// Go on although the database is not what its history says, and why. It goes on the ledger.
    #[must_use]
    pub fn accept_drift(mut self, reason: impl Into<String>) -> Options {
        self.accept_drift = Some(reason.into());
        self
    }

    /// Keep nothing of the values that an upgrade destroys, and why. It goes on the ledger.
    #[must_use]
    pub fn keep_nothing(mut self, reason: impl Into<String>) -> Options {
        self.keep.nothing = Some(reason.into());
        self
    }

    /// Of how many rows at most values are copied first, where others would wait meanwhile.
    #[must_use]
    pub fn keep_rows(mut self, rows: u64) -> Options {
        self.keep.rows = rows;
        self
    }

    /// For how many days values that were destroyed are kept.
    #[must_use]
    pub fn keep_days(mut self, days: u32) -> Options {
        self.keep.days = days;
        self
    }

    /// Give nothing back of what was kept, and why: for a downgrade. It goes on the ledger.
    #[must_use]
    pub fn leave_kept(mut self, reason: impl Into<String>) -> Options {
        self.keep.leave = Some(reason.into());
        self
    }

    /// What to do about a statement of which nobody can see whether it took effect.
    #[must_use]
    pub fn resume(mut self, resume: Resume) -> Options {
        self.resume = Some(resume);
        self
    }

    /// With how many connections rows are filled side by side, where the engine lets several write at once.
    #[must_use]
    pub fn jobs(mut self, jobs: u64) -> Options {
        self.backfill.jobs = jobs;
        self
    }

    /// A query that says whether filling rows is to wait: its one value is true.
    #[must_use]
    pub fn pause_when(mut self, query: impl Into<String>) -> Options {
        self.backfill.pause_when = Some(query.into());
        self
    }

    /// The database is protected: it asks for a backup, a rehearsal and a review before it is changed.
    #[must_use]
    pub fn protected(mut self, protected: Protected) -> Options {
        self.protected = Some(protected);
        self
    }

    /// A handle that stops the runs that these options, and clones of them, are given to: for a signal to terminate.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    pub(super) fn actor(&self) -> Actor {
        Actor { deploy: self.deploy.clone(), ..Actor::here(env!("CARGO_PKG_VERSION")) }
    }

    pub(super) fn parsed_target(&self) -> Result<Target, Error> {
        parse(&self.target)
    }

    pub(super) fn to_run(&self, direction: Direction) -> apply::Options {
        let mut options = apply::Options::new(self.actor());
        options.wait = self.wait;
        options.timeouts = self.timeouts;
        options.resume = self.resume.map(|resume| match resume {
            Resume::Again => apply::Resume::Again,
            Resume::Done => apply::Resume::Done,
        });
        options.accept_drift.clone_from(&self.accept_drift);
        // What goes back takes away what newer code uses: who asks for that says so by asking.
        options.contracts = match direction {
            Direction::Up => Some(self.contracts()),
            Direction::Down => None,
        };
        options.protection = self.protected.as_ref().map(|it| it.protection(self.timeouts));
        options.keep = self.keep.clone();
        options.backfill = self.backfill.clone();
        options.stop = Arc::clone(&self.stop.asked);
        options
    }

    fn contracts(&self) -> ContractGate {
        let code = Arc::new(Word { unused: self.unused.clone() });
        ContractGate { soak: self.soak, code, now: self.contract_now.clone() }
    }
}

/// As long as git shows a commit.
const SHORT: usize = 12;

/// Stops runs: each before its next statement, and the engine the one that runs. The next run goes on from there.
#[derive(Clone, Default)]
pub struct Stop {
    pub(super) asked: Arc<AtomicBool>,
    running: Arc<Mutex<Vec<Arc<Canceller>>>>,
}

impl Stop {
    /// Asks every run of these options to stop, now and from here on. It returns at once, and may be called from a signal
    /// handler's task.
    pub fn stop(&self) {
        self.asked.store(true, Ordering::SeqCst);
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for cancel in running {
            // It may wait for the network, and must not be driven by a thread of somebody's runtime.
            let _ = thread::Builder::new().spawn(move || cancel());
        }
    }

    /// What runs now is heard of until the answer is dropped.
    pub(super) fn hear(&self, cancel: Canceller) -> Heard {
        let cancel = Arc::new(cancel);
        self.running.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&cancel));
        Heard { running: Arc::clone(&self.running), cancel }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("asked", &self.asked).finish_non_exhaustive()
    }
}

pub(super) struct Heard {
    running: Arc<Mutex<Vec<Arc<Canceller>>>>,
    cancel: Arc<Canceller>,
}

impl Drop for Heard {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|other| !Arc::ptr_eq(other, &self.cancel));
    }
}
