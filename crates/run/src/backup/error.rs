use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use whimbrel_schema::{Engine, ObjectName};

use super::{BackupId, Difference, Fault};
use crate::ledger::LedgerError;
use crate::{DriverError, DriverErrorKind};

#[derive(Debug, Error)]
pub enum BackupError {
    #[error("{doing} `{}` failed: {}", path.display(), plain(source))]
    File { doing: &'static str, path: PathBuf, source: io::Error },
    #[error(transparent)]
    Driver(Box<DriverError>),
    #[error(transparent)]
    Ledger(Box<LedgerError>),
    /// Somebody asked it to.
    #[error("it was stopped")]
    Stopped,
    #[error("`{}` is a backup in the making", .0.display())]
    Busy(PathBuf),
    #[error("there is no backup `{wanted}` in `{}`", folder.display())]
    Unknown { wanted: String, folder: PathBuf },
    #[error("`{wanted}` is the beginning of {} backups", .ids.len())]
    Ambiguous { wanted: String, ids: Vec<BackupId> },
    #[error("the backup `{id}` is not what was made: {}", told(.faults))]
    Damaged { id: BackupId, faults: Vec<Fault> },
    #[error("the backup `{id}` is of {}, and this database is {}", .of.title(), .here.title())]
    Engine { id: BackupId, of: Engine, here: Engine },
    #[error("the backup `{id}` was made by a command, which also has to restore it")]
    External { id: BackupId },
    /// The database is not the one that may be written over.
    #[error("`{database}` is not empty: {}", listed(.tables))]
    Occupied { database: String, tables: Vec<ObjectName> },
    #[error("the database is called `{database}`, and `{told}` was told")]
    OtherDatabase { database: String, told: String },
    #[error("what was restored is not what was copied: {}", told(.differences))]
    Unequal { id: BackupId, differences: Vec<Difference> },
    #[error("`{recipient}` is no age recipient: {why}")]
    Recipient { recipient: String, why: String },
    #[error("the identities in `{}` cannot be read: {why}", path.display())]
    Identity { path: PathBuf, why: String },
    #[error("the backup `{id}` is encrypted to {}, and {why}", .recipients.join(", "))]
    Encrypted { id: BackupId, recipients: Vec<String>, why: String },
    #[error("`{command}` {how}")]
    Command { command: String, how: String, said: String },
}

impl From<DriverError> for BackupError {
    fn from(error: DriverError) -> Self {
        BackupError::Driver(Box::new(error))
    }
}

impl From<LedgerError> for BackupError {
    fn from(error: LedgerError) -> Self {
        BackupError::Ledger(Box::new(error))
    }
}

/// No more than a person reads.
const SHOWN: usize = 5;

fn told<T: ToString>(of: &[T]) -> String {
    let mut told: Vec<String> = of.iter().take(SHOWN).map(ToString::to_string).collect();
    if of.len() > SHOWN {
        told.push(format!("and {} more", of.len() - SHOWN));
    }
    told.join("; ")
}

fn listed(tables: &[ObjectName]) -> String {
    let quoted: Vec<String> = tables.iter().map(|table| format!("`{table}`")).collect();
    match quoted.len() {
        0 => "something is in it".to_string(),
        1 => format!("it has the table {}", quoted.join(", ")),
        2..=SHOWN => format!("it has the tables {}", quoted.join(", ")),
        many => format!("it has {many} tables, {} among them", quoted[..SHOWN].join(", ")),
    }
}

/// Without the number of the system's, which says nothing to a person.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

impl BackupError {
    /// For `map_err`: what was done to which file.
    pub(super) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
        let path = path.to_path_buf();
        move |source| BackupError::File { doing, path, source }
    }

    pub fn is_stopped(&self) -> bool {
        match self {
            BackupError::Stopped => true,
            BackupError::Driver(error) => error.kind == DriverErrorKind::Cancelled,
            BackupError::File { .. }
            | BackupError::Ledger(_)
            | BackupError::Busy(_)
            | BackupError::Unknown { .. }
            | BackupError::Ambiguous { .. }
            | BackupError::Damaged { .. }
            | BackupError::Engine { .. }
            | BackupError::External { .. }
            | BackupError::Occupied { .. }
            | BackupError::OtherDatabase { .. }
            | BackupError::Unequal { .. }
            | BackupError::Recipient { .. }
            | BackupError::Identity { .. }
            | BackupError::Encrypted { .. }
            | BackupError::Command { .. } => false,
        }
    }
}
