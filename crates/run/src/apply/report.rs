use std::time::Duration;

use whimbrel_plan::revision::{Direction, RevisionId};

/// What a run did, also when it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub direction: Direction,
    /// In the order in which they were run.
    pub done: Vec<RevisionReport>,
    /// Run by another runner while this one waited.
    pub elsewhere: Vec<RevisionId>,
    /// The revision that the run stopped in, with some of its statements done for good.
    pub partial: Option<Partial>,
    pub took: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionReport {
    pub id: RevisionId,
    pub message: String,
    pub statements: usize,
    pub rows: u64,
    pub took: Duration,
    /// An earlier run had begun it.
    pub resumed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    pub id: RevisionId,
    /// Statements that took effect.
    pub done: usize,
    pub of: usize,
}

impl Report {
    pub(super) fn new(direction: Direction) -> Self {
        Report { direction, done: Vec::new(), elsewhere: Vec::new(), partial: None, took: Duration::ZERO }
    }

    /// Whether this run left the database other than it found it.
    pub fn changed(&self) -> bool {
        !self.done.is_empty() || self.partial.is_some()
    }
}
