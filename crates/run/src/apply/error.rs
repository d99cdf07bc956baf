use std::time::Duration;

use thiserror::Error;
use whimbrel_plan::history::TargetError;
use whimbrel_plan::revision::{Direction, RevisionId, StatementOrigin, StatementsError};

use super::{Refusal, Report};
use crate::backfill::BackfillFailure;
use crate::guard::Sight;
use crate::ledger::LedgerError;
use crate::{DriverError, DriverErrorKind};

/// A run that did not reach its target, with what it did before.
#[derive(Debug, Clone, Error)]
#[error("{failure}")]
pub struct ApplyError {
    #[source]
    pub failure: Box<Failure>,
    pub report: Box<Report>,
}

#[derive(Debug, Clone, Error)]
pub enum Failure {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Statements(#[from] StatementsError),
    #[error(transparent)]
    Refused(Box<Refusal>),
    #[error(transparent)]
    Ledger(LedgerError),
    #[error(transparent)]
    Statement(Box<StatementFailure>),
    #[error("revision `{revision}` breaks what other tables rely on: {}", broken.join("; "))]
    Violations { revision: RevisionId, broken: Vec<String> },
    #[error("another run has the lock{}", patience(*waited))]
    Locked { waited: Duration },
    #[error(transparent)]
    Blocked(Box<Contention>),
    #[error("another run writes the ledger at the same time")]
    Overtaken,
    /// `in_doubt`: the connection went while the engine was asked to commit.
    #[error("the connection was lost: {error}")]
    Lost { error: DriverError, in_doubt: bool },
    #[error("{what} cannot be kept or given back: {error}")]
    Kept { what: String, error: Box<DriverError> },
    #[error("stopped on request")]
    Stopped,
    #[error(transparent)]
    Backfill(Box<BackfillFailure>),
    #[error(transparent)]
    Driver(DriverError),
}

fn patience(waited: Duration) -> String {
    match waited.as_secs() {
        0 => String::new(),
        seconds => format!(", and did not give it back within {seconds} s"),
    }
}

/// Locks that others did not give back for as long as they were waited for.
#[derive(Debug, Clone, Error)]
#[error("`{revision}` waited {} s for {}, and others did not give it back", waited.as_secs(), sight.wanted.as_deref().unwrap_or("a lock"))]
pub struct Contention {
    pub revision: RevisionId,
    pub waited: Duration,
    pub tries: u32,
    pub sight: Sight,
    #[source]
    pub error: DriverError,
}

/// A statement that the engine refused.
#[derive(Debug, Clone, Error)]
#[error("revision `{revision}`, {origin}: {error}")]
pub struct StatementFailure {
    pub revision: RevisionId,
    pub direction: Direction,
    pub sql: String,
    pub origin: StatementOrigin,
    /// Byte of the file that the engine points at.
    pub position: Option<usize>,
    #[source]
    pub error: DriverError,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(Box::new(refusal))
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        use crate::DriverErrorKind::{
            Busy, Cancelled, Connect, Forbidden, Lost, Statement, TimedOut, Unsupported, Unwritable,
        };
        match error.kind {
            Lost => Failure::Lost { error, in_doubt: false },
            Cancelled => Failure::Stopped,
            Busy | Connect | Forbidden | Statement | TimedOut | Unsupported | Unwritable => Failure::Driver(error),
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Driver(error) => error.into(),
            LedgerError::Newer { .. } | LedgerError::Row { .. } => Failure::Ledger(error),
        }
    }
}

impl ApplyError {
    /// Whether the database is other than it was before.
    pub fn changed(&self) -> bool {
        self.report.changed() || matches!(*self.failure, Failure::Lost { in_doubt: true, .. })
    }

    /// 2 for a target that is none, 3 for a refusal, 4 for a failure that changed nothing, 5 for one half-way.
    pub fn exit_status(&self) -> u8 {
        match &*self.failure {
            _ if self.changed() => 5,
            Failure::Target(_) => 2,
            Failure::Refused(_) => 3,
            Failure::Statements(_)
            | Failure::Ledger(_)
            | Failure::Statement(_)
            | Failure::Violations { .. }
            | Failure::Locked { .. }
            | Failure::Blocked(_)
            | Failure::Lost { .. }
            | Failure::Overtaken
            | Failure::Kept { .. }
            | Failure::Stopped
            | Failure::Backfill(_)
            | Failure::Driver(_) => 4,
        }
    }

    /// What to do next, the best way first. `command` is the command that was run.
    pub fn next(&self, command: &str) -> Vec<String> {
        match &*self.failure {
            Failure::Target(error) => error.next(),
            Failure::Statements(error) => vec![error.next()],
            Failure::Refused(refusal) => refusal.next(command),
            Failure::Ledger(LedgerError::Newer { .. }) => vec!["use the whimbrel that wrote it, or a newer one".into()],
            Failure::Ledger(LedgerError::Row { .. } | LedgerError::Driver(_)) => Vec::new(),
            Failure::Statement(failed) if failed.error.kind == DriverErrorKind::Forbidden => {
                vec![format!("as somebody who may, or once this user may: {command}")]
            }
            Failure::Statement(_) | Failure::Violations { .. } => {
                vec![format!("correct the statement, then: {command}")]
            }
            Failure::Backfill(failure) => failure.next(command),
            Failure::Blocked(_) => vec![
                format!("once they are gone: {command}"),
                format!("{command} --lock-patience 1h   (waits longer, and keeps nobody waiting meanwhile)"),
            ],
            Failure::Kept { .. } if self.report.direction == Direction::Up => vec![
                format!("see to what the engine says, then: {command}"),
                format!(
                    "{command} --keep-nothing \"reason\"   (what it destroys is gone for good; goes on the ledger)"
                ),
            ],
            Failure::Kept { .. } => vec![
                format!("correct the downgrade in the file, then: {command}"),
                format!("{command} --leave-kept \"reason\"   (the values stay where they are kept)"),
            ],
            Failure::Locked { .. }
            | Failure::Overtaken
            | Failure::Stopped
            | Failure::Lost { .. }
            | Failure::Driver(_) => vec![command.to_string()],
        }
    }
}
