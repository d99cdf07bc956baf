use std::collections::BTreeSet;
use std::time::Duration;

use whimbrel_plan::revision::{Direction, RevisionId};

use super::Waiting;

/// What a run did, also when it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub direction: Direction,
    /// In the order in which they were run.
    pub done: Vec<RevisionReport>,
    /// Run by another runner while this one waited.
    pub elsewhere: Vec<RevisionId>,
    /// Held back, with what each waits for.
    pub waiting: Vec<Waiting>,
    /// The revision that the run stopped in, with some of its statements done for good.
    pub partial: Option<Partial>,
    /// What is applied in the end, as far as this run knows.
    pub applied: BTreeSet<RevisionId>,
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
    pub fn new(direction: Direction) -> Self {
        let (done, elsewhere, waiting, applied) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
        Report { direction, done, elsewhere, waiting, partial: None, applied, took: Duration::ZERO }
    }

    pub(super) fn add(&mut self, done: RevisionReport) {
        match self.direction {
            Direction::Up => self.applied.insert(done.id.clone()),
            Direction::Down => self.applied.remove(&done.id),
        };
        self.done.push(done);
    }

    /// Whether this run left the database other than it found it.
    pub fn changed(&self) -> bool {
        !self.done.is_empty() || self.partial.is_some()
    }
}
