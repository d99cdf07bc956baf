use std::io;

use whimbrel_engines::url::{DatabaseUrl, UrlError};
use whimbrel_frontends::revision::Problem;
use whimbrel_plan::history::TargetError;
use whimbrel_plan::revision::StatementsError;
use whimbrel_run::apply::{ApplyError, Failure};
use whimbrel_run::ledger::{LedgerError, Tables};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::{Report, next};

/// What went wrong, what was changed before, and what to do next.
///
/// Its `Display` is the verdict and the first thing to do; [`next`](Error::next) has all of them.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}{}", after(next))]
pub struct Error {
    kind: ErrorKind,
    message: String,
    next: Vec<String>,
    report: Option<Box<Report>>,
}

/// What sort of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL, an option, or a feature that this build has not.
    Configuration,
    /// The migrations are no history.
    Migrations,
    /// The target names no place in the history, or no way leads there.
    Target,
    /// Nobody answered, or not as an engine does. It may be there later.
    Connection,
    /// A gate did not open. Nothing was changed.
    Refused,
    /// Another runner has the lock, and kept it for longer than was waited.
    Locked,
    /// Others did not give back the locks that a statement needs. It may be tried again.
    Blocked,
    /// Stopped on request. The next run goes on from there.
    Stopped,
    /// The engine refused a statement of a revision.
    Statement,
    /// The connection was lost. The next run finds out what became of the statement that ran.
    Lost,
    /// The ledger cannot be read.
    Ledger,
    /// The engine refused something else.
    Database,
}

fn after(next: &[String]) -> String {
    next.first().map(|next| format!("; next: {next}")).unwrap_or_default()
}

impl Error {
    /// What sort of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The verdict and its reason, without what to do about it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do, the best way first.
    #[must_use]
    pub fn next(&self) -> &[String] {
        &self.next
    }

    /// What was done before it went wrong, where a run had begun.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.report.as_deref()
    }

    /// Whether the database is other than it was before.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.report.as_deref().is_some_and(Report::changed)
    }

    pub(super) fn new(kind: ErrorKind, message: impl Into<String>, next: Vec<String>) -> Error {
        Error { kind, message: message.into(), next, report: None }
    }

    pub(super) fn no_thread(error: &io::Error) -> Error {
        let message = format!("no thread can be started: {error}");
        Error::new(ErrorKind::Database, message, vec!["see to the limits of the process, then run it again".into()])
    }

    pub(super) fn closed() -> Error {
        Error::new(ErrorKind::Connection, "the connection is closed", vec!["open the database again".into()])
    }

    pub(super) fn url(error: &UrlError) -> Error {
        Error::new(ErrorKind::Configuration, error.to_string(), Vec::new())
    }

    pub(super) fn connection(error: &DriverError, url: &DatabaseUrl) -> Error {
        if error.kind == DriverErrorKind::Unsupported {
            let feature = whimbrel_engines::feature(url.engine());
            let next = match whimbrel_engines::dialect(url.engine()) {
                None => vec![format!("whimbrel = {{ …, features = [\"{feature}\"] }} in Cargo.toml")],
                Some(_) => Vec::new(),
            };
            return Error::new(ErrorKind::Configuration, error.message.clone(), next);
        }
        let message = format!("{url} cannot be opened: {}", error.message);
        Error::new(ErrorKind::Connection, message, error.hint.iter().cloned().collect())
    }

    pub(super) fn database(error: &DriverError) -> Error {
        let kind = match error.kind {
            DriverErrorKind::Connect => ErrorKind::Connection,
            DriverErrorKind::Lost => ErrorKind::Lost,
            DriverErrorKind::Busy => ErrorKind::Blocked,
            DriverErrorKind::Cancelled => ErrorKind::Stopped,
            DriverErrorKind::Unsupported => ErrorKind::Configuration,
            DriverErrorKind::TimedOut
            | DriverErrorKind::Unwritable
            | DriverErrorKind::Forbidden
            | DriverErrorKind::Statement => ErrorKind::Database,
        };
        Error::new(kind, error.message.clone(), error.hint.iter().cloned().collect())
    }

    pub(super) fn ledger(error: &LedgerError) -> Error {
        match error {
            LedgerError::Driver(error) => Error::database(error),
            LedgerError::Newer { .. } => {
                let next = "build with the whimbrel that wrote it, or a newer one".to_string();
                Error::new(ErrorKind::Ledger, error.to_string(), vec![next])
            }
            LedgerError::Row { .. } => Error::new(ErrorKind::Ledger, error.to_string(), Vec::new()),
        }
    }

    /// For whoever only looks: a role that may not is told what it needs.
    pub(super) fn unreadable_ledger(error: &LedgerError) -> Error {
        match error {
            LedgerError::Driver(refused) if refused.kind == DriverErrorKind::Forbidden => {
                let tables = [Tables::LEDGER, Tables::FORMAT, Tables::EFFECT].join(", ");
                Error { next: vec![format!("GRANT SELECT ON {tables} TO this role")], ..Error::ledger(error) }
            }
            LedgerError::Driver(_) | LedgerError::Newer { .. } | LedgerError::Row { .. } => Error::ledger(error),
        }
    }

    pub(super) fn problems(problems: &[Problem]) -> Error {
        let told = |problem: &Problem| match problem.line {
            0 => format!("{}: {}", problem.file.display(), problem.message),
            line => format!("{}:{line}: {}", problem.file.display(), problem.message),
        };
        let message: Vec<String> = problems.iter().map(told).collect();
        let next = problems.iter().map(|problem| problem.next.clone()).collect();
        Error::new(ErrorKind::Migrations, message.join("; "), next)
    }

    pub(super) fn target(error: &TargetError) -> Error {
        Error::new(ErrorKind::Target, error.to_string(), next::of_target(error))
    }

    pub(super) fn statements(error: &StatementsError) -> Error {
        Error::new(ErrorKind::Migrations, error.to_string(), vec![error.next()])
    }
}

impl From<ApplyError> for Error {
    fn from(error: ApplyError) -> Self {
        let kind = match &*error.failure {
            Failure::Target(_) => ErrorKind::Target,
            Failure::Statements(_) => ErrorKind::Migrations,
            Failure::Refused(_) => ErrorKind::Refused,
            Failure::Ledger(_) => ErrorKind::Ledger,
            Failure::Statement(_) | Failure::Violations { .. } => ErrorKind::Statement,
            Failure::Locked { .. } | Failure::Overtaken => ErrorKind::Locked,
            Failure::Blocked(_) | Failure::Backfill(_) => ErrorKind::Blocked,
            Failure::Lost { .. } => ErrorKind::Lost,
            Failure::Stopped => ErrorKind::Stopped,
            Failure::Kept { .. } => ErrorKind::Database,
            Failure::Driver(error) => Error::database(error).kind,
        };
        Error {
            kind,
            message: error.failure.to_string(),
            next: next::of_failure(&error),
            report: Some(Box::new(Report::of_failed(&error))),
        }
    }
}
