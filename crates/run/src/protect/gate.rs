use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands between a command and a protected database, in the order in which it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Somebody has typed the name of the environment.
    Confirmation,
    /// The database is what its history says.
    Drift,
    /// Nothing in the revisions is unresolved.
    Review,
    /// A database has come out of a backup that is newer than the last change.
    Backup,
    /// Just this was rehearsed, on just this.
    Rehearsal,
}

/// One gate's way around, and why it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    pub gate: Gate,
    pub reason: String,
}

/// What is about to be done to a database. Whoever writes to one does one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    Upgrade,
    Downgrade,
    Stamp,
    /// Rows are written, or an index is built again, as `repair` has proposed.
    Mend,
    /// The session of a run that is gone is ended.
    EndSession,
    /// Values are let go of before their time.
    LetGo,
    /// Those that have had their time are let go of, as an upgrade does too.
    LetGoExpired,
    /// Kept values are put into a table beside the others.
    PutBeside,
    /// The database's own guard is put there or taken away.
    Guard,
    /// Everything is replaced by what comes out of a backup.
    Restore,
    /// Batches are asked to wait or to go on: they are heard by a run that has passed its gates.
    Brake,
}

impl Gate {
    pub const ALL: [Gate; 5] = [Gate::Confirmation, Gate::Drift, Gate::Review, Gate::Backup, Gate::Rehearsal];

    pub fn word(self) -> &'static str {
        match self {
            Gate::Confirmation => "confirmation",
            Gate::Drift => "drift",
            Gate::Review => "review",
            Gate::Backup => "backup",
            Gate::Rehearsal => "rehearsal",
        }
    }

    /// The option that takes its way around. A confirmation has none: it costs nothing.
    pub fn door(self) -> Option<&'static str> {
        match self {
            Gate::Confirmation => None,
            // What differs is looked at all the same, and written down with the reason.
            Gate::Drift => Some("--accept-drift"),
            Gate::Review => Some("--without-review"),
            Gate::Backup => Some("--without-backup"),
            Gate::Rehearsal => Some("--without-rehearsal"),
        }
    }
}

impl Work {
    pub const ALL: [Work; 11] = [
        Work::Upgrade,
        Work::Downgrade,
        Work::Stamp,
        Work::Mend,
        Work::EndSession,
        Work::LetGo,
        Work::LetGoExpired,
        Work::PutBeside,
        Work::Guard,
        Work::Restore,
        Work::Brake,
    ];

    /// What it has to pass.
    pub fn gates(self) -> &'static [Gate] {
        match self {
            Work::Upgrade => &[Gate::Drift, Gate::Review, Gate::Backup, Gate::Rehearsal],
            // A rehearsal has tried the way back already when it tried the way there.
            Work::Downgrade => &[Gate::Confirmation, Gate::Drift, Gate::Backup],
            // What they write, let go of or replace is nowhere else.
            Work::Mend | Work::LetGo | Work::Restore => &[Gate::Confirmation, Gate::Backup],
            // A stamp is how a person says what is so when the ledger says otherwise; the others take no value away, or
            // none that was to stay.
            Work::Stamp | Work::EndSession | Work::LetGoExpired | Work::PutBeside | Work::Guard => {
                &[Gate::Confirmation]
            }
            Work::Brake => &[],
        }
    }

    /// As the ledger has it.
    pub fn word(self) -> &'static str {
        match self {
            Work::Upgrade => "upgrade",
            Work::Downgrade => "downgrade",
            Work::Stamp => "stamp",
            Work::Mend | Work::EndSession => "repair",
            Work::LetGo => "kept drop",
            Work::LetGoExpired => "kept prune",
            Work::PutBeside => "kept restore",
            Work::Guard => "guard",
            Work::Restore => "backup restore",
            Work::Brake => "backfill",
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
