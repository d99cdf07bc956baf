use std::time::Duration;

use whimbrel_plan::revision::Phase;
use whimbrel_run::apply::{self, ApplyError};

/// What a run did, also when it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// In the order in which they were run.
    pub done: Vec<Done>,
    /// Run by another runner while this one waited.
    pub elsewhere: Vec<String>,
    /// Held back, with what each waits for.
    pub waiting: Vec<Waiting>,
    /// All that is applied in the end, as far as this run knows.
    pub applied: Vec<String>,
    pub took: Duration,
    changed: bool,
}

/// One revision that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Done {
    pub revision: String,
    pub message: String,
    pub statements: usize,
    pub rows: u64,
    pub took: Duration,
    /// An earlier run had begun it.
    pub resumed: bool,
}

/// One revision that was held back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    pub revision: String,
    pub message: String,
    pub phase: Phase,
    /// It takes nothing away itself and only comes after something that does: this program may need it.
    pub needed: bool,
    /// What has to come about first, in words. Never empty.
    pub reasons: Vec<String>,
}

impl Report {
    /// Whether this run left the database other than it found it.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.changed
    }

    pub(super) fn of(report: &apply::Report) -> Report {
        Report {
            done: report.done.iter().map(Done::of).collect(),
            elsewhere: report.elsewhere.iter().map(ToString::to_string).collect(),
            waiting: report.waiting.iter().map(Waiting::of).collect(),
            applied: report.applied.iter().map(ToString::to_string).collect(),
            took: report.took,
            changed: report.changed(),
        }
    }

    pub(super) fn of_failed(error: &ApplyError) -> Report {
        Report { changed: error.changed(), ..Report::of(&error.report) }
    }
}

impl Done {
    fn of(done: &apply::RevisionReport) -> Done {
        Done {
            revision: done.id.to_string(),
            message: done.message.clone(),
            statements: done.statements,
            rows: done.rows,
            took: done.took,
            resumed: done.resumed,
        }
    }
}

impl Waiting {
    pub(super) fn of(waiting: &apply::Waiting) -> Waiting {
        Waiting {
            revision: waiting.revision.to_string(),
            message: waiting.message.clone(),
            phase: waiting.phase,
            needed: waiting.needed,
            reasons: waiting.reasons.iter().map(ToString::to_string).collect(),
        }
    }
}
