use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::code::Fields;

/// How far the evolution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Before,
    Expanding,
    Expanded,
    Filling,
    Filled,
    Contracting,
    Contracted,
}

impl Stage {
    pub const ALL: [Stage; 7] = [
        Stage::Before,
        Stage::Expanding,
        Stage::Expanded,
        Stage::Filling,
        Stage::Filled,
        Stage::Contracting,
        Stage::Contracted,
    ];
}

#[derive(Debug)]
pub struct Clock(AtomicU8);

impl Clock {
    pub fn new() -> Clock {
        Clock(AtomicU8::new(0))
    }

    pub fn now(&self) -> Stage {
        let at = usize::from(self.0.load(Ordering::SeqCst));
        Stage::ALL.get(at).copied().unwrap_or(Stage::Contracted)
    }

    pub fn set(&self, stage: Stage) {
        self.0.store(stage as u8, Ordering::SeqCst);
    }
}

/// A row as whoever wrote it last left it.
#[derive(Debug, Clone)]
pub struct Row {
    pub fields: Fields,
    /// How far the evolution was when it was last written.
    pub since: Stage,
}

/// The model: the rows of one story. Whoever writes or reads a row holds its shard meanwhile, so that the model and the
/// database agree on who was last; rows of other shards are written at the same time.
#[derive(Debug)]
pub struct Rows {
    shards: Vec<Mutex<BTreeMap<u64, Row>>>,
}

pub const SHARDS: u64 = 16;

impl Rows {
    pub fn new() -> Rows {
        Rows { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// The rows whose keys leave that rest.
    pub fn shard(&self, rest: u64) -> MutexGuard<'_, BTreeMap<u64, Row>> {
        let at = usize::try_from(rest % SHARDS).unwrap_or(0);
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn all(&self) -> BTreeMap<u64, Row> {
        (0..SHARDS).flat_map(|rest| self.shard(rest).clone()).collect()
    }
}
