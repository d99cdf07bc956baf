//! Running an UPDATE in batches.
//!
//! Each batch is a transaction of its own and writes in it how far it got, so that a run which ends anywhere is taken up
//! by the next at the row behind the last one that was changed. Between batches nothing is held: others write, replicas
//! catch up, what the rows left is cleared away, and whoever wants it stopped is heard.

mod checkpoint;
mod copy;
mod crew;
mod failure;
mod hands;
mod pace;
mod progress;
mod side_by_side;
mod stretch;
mod throttle;
mod upkeep;
mod worker;

use std::time::Duration;

pub use checkpoint::{Checkpoint, State, TABLE, ask, read};
pub use failure::BackfillFailure;
pub use progress::{Doing, Progress};

pub(crate) use checkpoint::{Checkpoints, add_parts};
pub(crate) use copy::Copying;
pub(crate) use crew::gather;
pub(crate) use hands::upper;
pub(crate) use worker::{Ended, Worker};

/// How carefully batches go about it. What is `None` is up to the engine.
#[derive(Debug, Clone)]
pub struct Options {
    /// A query that says whether to wait: its one value is true.
    pub pause_when: Option<String>,
    /// How far replicas may be behind.
    pub lag: Duration,
    /// How many rows a batch has at most.
    pub rows: Option<u64>,
    /// How long a batch should take.
    pub target: Option<Duration>,
    /// The time between two batches.
    pub pause: Option<Duration>,
    /// How many connections change rows side by side, where the engine lets several write at once.
    pub jobs: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { pause_when: None, lag: Duration::from_secs(10), rows: None, target: None, pause: None, jobs: 1 }
    }
}
