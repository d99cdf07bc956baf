//! Taking a database from where it stands to where a target says.
//!
//! One runner at a time: the lock is taken, the ledger is read again under it, the gates are looked at, then the
//! revisions run. A revision whose statements can all be in a transaction is one, and its row on the ledger is written
//! in it; any other leaves a trace before and after each statement that cannot be undone, so that a run which stops
//! anywhere is finished by the next. Where the lock cannot keep a runner out, the ledger does: each event's place is
//! taken, or found taken, inside the transaction that it is about.

mod ahead;
mod batches;
mod contract;
mod effect;
mod error;
mod examine;
mod gate;
mod guarded;
mod job;
mod keeping;
mod mend;
mod on_code;
mod protected;
mod recover;
mod refusal;
mod report;
mod resume;
mod run;
mod runner;
mod script;
mod stamp;
mod turn_back;
mod witness;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::Direction;

use crate::guard::Timeouts;
use crate::keep::Keep;
use crate::ledger::Ledger;
use crate::protect::Protection;
use crate::{Actor, Driver, Event};

pub use contract::{Code, ContractGate, Dropped, Place, Waiting, WaitsFor, Whose, waits_for_next_deploy};
pub use error::{ApplyError, Contention, Failure, StatementFailure};
pub use examine::{Examined, Stopped, Unfinished, Verdict, examine};
pub use gate::{Strays, strays};
pub use mend::{InvalidIndex, LOCK, MendError, Mended, OutOfStep, Way, mend};
pub use refusal::Refusal;
pub use report::{Partial, Report, RevisionReport};
pub use script::{ScriptError, downgrade_script, upgrade_script};
pub use stamp::stamp;
pub use witness::{Held, Keeping, Ran, Watched, Within, Witness};

use runner::Runner;

/// How a run goes about it.
#[derive(Debug, Clone)]
pub struct Options {
    pub actor: Actor,
    /// How long to wait for another runner.
    pub wait: Duration,
    /// How long statements may wait for locks, and keep others waiting.
    pub timeouts: Timeouts,
    /// What to do about a statement of which nobody can see whether it took effect before an earlier run stopped.
    pub resume: Option<Resume>,
    /// Go on although the database is not what its history says, and why.
    pub accept_drift: Option<String>,
    /// What holds back revisions that take something away from running code; `None` lets them pass.
    pub contracts: Option<ContractGate>,
    /// What a protected database asks for before it is changed; `None` where it is not protected.
    pub protection: Option<Protection>,
    /// What becomes of values that revisions destroy.
    pub keep: Keep,
    /// What the caller has read of the ledger already, beside other work. It only decides whether there is anything to
    /// do: under the lock the ledger is read again.
    pub seen: Option<Ledger>,
    /// How carefully batches are run.
    pub backfill: crate::backfill::Options,
    /// Set from elsewhere (Ctrl-C): the run stops before its next statement.
    pub stop: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// It did not take effect: run it again.
    Again,
    /// It took effect: mark it done.
    Done,
}

impl Options {
    pub fn new(actor: Actor) -> Self {
        Options {
            actor,
            wait: Duration::from_secs(300),
            timeouts: Timeouts::default(),
            resume: None,
            accept_drift: None,
            contracts: None,
            protection: None,
            keep: Keep::default(),
            seen: None,
            backfill: crate::backfill::Options::default(),
            stop: Arc::default(),
        }
    }
}

/// Applies what is missing up to the target.
pub fn upgrade(
    driver: &mut dyn Driver,
    history: &History,
    target: &Target,
    options: &Options,
    listen: &mut dyn FnMut(Event<'_>),
) -> Result<Report, ApplyError> {
    let runner = Runner::new(driver, history, options, listen, Direction::Up);
    runner.run(|history, applied| history.upgrade_path(applied, target))
}

/// The same, up or down, with somebody looking on.
pub fn run_watched(
    driver: &mut dyn Driver,
    history: &History,
    (direction, target): (Direction, &Target),
    options: &Options,
    listen: &mut dyn FnMut(Event<'_>),
    witness: &mut dyn Witness,
) -> Result<Report, ApplyError> {
    let runner = Runner::new(driver, history, options, listen, direction).watched_by(witness);
    runner.run(|history, applied| match direction {
        Direction::Up => history.upgrade_path(applied, target),
        Direction::Down => history.downgrade_path(applied, target),
    })
}

/// What an upgrade to the target would hold back now. Nothing is changed, and nobody is waited for.
pub fn waiting(
    driver: &mut dyn Driver,
    history: &History,
    target: &Target,
    options: &Options,
) -> Result<Vec<Waiting>, ApplyError> {
    let mut ignore = |_: Event<'_>| {};
    let runner = Runner::new(driver, history, options, &mut ignore, Direction::Up);
    runner.look_ahead(|history, applied| history.upgrade_path(applied, target))
}

/// Undoes what is applied, down to the target.
pub fn downgrade(
    driver: &mut dyn Driver,
    history: &History,
    target: &Target,
    options: &Options,
    listen: &mut dyn FnMut(Event<'_>),
) -> Result<Report, ApplyError> {
    let runner = Runner::new(driver, history, options, listen, Direction::Down);
    runner.run(|history, applied| history.downgrade_path(applied, target))
}
