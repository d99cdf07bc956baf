use std::time::Duration;

use whimbrel_plan::keep::Loss;
use whimbrel_plan::revision::{Direction, Revision, RevisionStatement};
use whimbrel_schema::ObjectName;

use crate::backfill::Progress;
use crate::guard::Sight;
use crate::keep::Kept;
use crate::ledger::LedgerEvent;
use crate::protect::Pass;

/// What happens while revisions are applied, told as it happens. Screens and logs are made of these.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Another runner has the lock.
    Waiting {
        at_most: Duration,
    },
    /// The lock is held, and this many revisions are to be run.
    Pending {
        direction: Direction,
        revisions: usize,
    },
    /// Between the plan and the lock, another runner has run these.
    Elsewhere {
        revisions: usize,
    },
    /// An earlier run stopped within a revision, and this one goes on with it.
    Unfinished {
        event: &'a LedgerEvent,
        done: usize,
        of: usize,
    },
    /// What was found of the statement at which the earlier run stopped, and what is done about it.
    Recovered {
        sql: &'a str,
        ordinal: usize,
        of: usize,
        found: Found<'a>,
    },
    /// A gate of a protected database was passed.
    GatePassed {
        pass: &'a Pass,
    },
    /// Whether the database is what the history says could not be found out.
    DriftUnchecked {
        why: &'a str,
    },
    /// The database is not what the history says, and the caller accepted that.
    DriftAccepted {
        differences: &'a [String],
        reason: &'a str,
    },
    /// Nobody has answered these, and the revision destroys nothing, so it runs.
    Questions {
        revision: &'a Revision,
        questions: &'a [String],
    },
    /// What the next statements destroy is copied first. The size is that of the whole table, as the engine estimates it.
    Keeping {
        loss: &'a Loss,
        rows: Option<u64>,
        bytes: Option<u64>,
        /// How many rows a run that was killed had copied, which are not copied again.
        there: Option<u64>,
    },
    Kept {
        kept: &'a Kept,
    },
    /// It is kept as it was copied.
    KeptUnpacked {
        kept: &'a Kept,
        why: &'a str,
    },
    /// This is gone for good.
    NotKept {
        what: &'a str,
        why: &'a str,
    },
    /// Nobody can see whether these statements destroy anything, and nothing of it is kept. Told once for each reason.
    NotSeen {
        statements: &'a [String],
        why: &'a str,
    },
    /// The caller wanted nothing kept.
    NothingKept {
        losses: &'a [Loss],
        reason: &'a str,
    },
    /// The caller wanted nothing given back.
    LeftKept {
        losses: &'a [Loss],
        reason: &'a str,
    },
    /// Values are back in their place, in so many rows.
    GivenBack {
        kept: &'a Kept,
        rows: u64,
    },
    NotGivenBack {
        kept: &'a Kept,
        why: &'a str,
    },
    /// It was kept for as long as it was to be, and is gone now.
    KeptExpired {
        kept: &'a [Kept],
    },
    RevisionStarted {
        revision: &'a Revision,
        direction: Direction,
        number: usize,
        of: usize,
    },
    StatementStarted {
        statement: &'a RevisionStatement,
        number: usize,
        of: usize,
    },
    StatementDone {
        number: usize,
        of: usize,
        rows: u64,
        took: Duration,
    },
    /// How far the UPDATE is that runs in batches.
    Backfill {
        progress: &'a Progress,
    },
    /// Fewer connections change rows side by side than were asked for.
    FewerJobs {
        jobs: usize,
        of: u64,
        why: &'a str,
    },
    /// The batches went over every row once, and what was written behind them meanwhile is not known. `left` of them
    /// are still found by the UPDATE's own condition, where it can tell.
    Unproved {
        table: &'a ObjectName,
        why: &'a str,
        left: Option<u64>,
    },
    /// Others keep a statement from its locks. Told again when they are others, or still there after a while.
    Blocked {
        sight: &'a Sight,
        waited: Duration,
        /// `None` for a statement that waits as long as it has to.
        at_most: Option<Duration>,
    },
    /// The revision has set a limit itself, and that one holds.
    OwnLimit {
        setting: &'a str,
        value: &'a str,
    },
    /// What an earlier try of a statement left was cleared away.
    Cleared {
        what: &'a str,
    },
    /// What the engine remarked.
    Notice {
        text: &'a str,
    },
    RevisionDone {
        revision: &'a Revision,
        direction: Direction,
        took: Duration,
    },
}

/// What an interrupted statement left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// Its effect is there: it is marked done.
    Done,
    /// Batches up to its checkpoint: it goes on behind them.
    Batches { changed: u64 },
    /// Nothing: it runs again.
    Nothing,
    /// It would undo what was never done.
    LeftOut,
    /// An invalid index: it is dropped and built again.
    InvalidIndex { index: &'a str },
    /// The caller said that it took effect.
    SaidDone,
    /// The caller said that it shall run again.
    SaidAgain,
}
