use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use whimbrel_plan::review::Severity;
use whimbrel_plan::revision::Revision;
use whimbrel_run::Driver;
use whimbrel_run::backup::Folder;
use whimbrel_run::guard::Timeouts;
use whimbrel_run::protect::{Door, Gate, Protection, Review, Unresolved};
use whimbrel_run::rehearse::{PublicKey, Shelf};

use super::review::judged;

/// What a protected database asks for before it is changed, and where that is found: the same as an environment with
/// `protected = true` in `whimbrel.toml`.
///
/// ```
/// use whimbrel::{Options, Protected};
///
/// let protected = Protected::new("production")
///     .backups("/srv/backups")
///     .without_rehearsal("a staging copy of last night is migrated in CI");
/// let options = Options::new().deploy("v42").protected(protected);
/// # let _ = options;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Protected {
    environment: String,
    confirmed: Option<String>,
    doors: Vec<Door>,
    backups: PathBuf,
    rehearsals: PathBuf,
    public_key: Option<String>,
    backup_age: Duration,
    rehearsal_age: Duration,
}

impl Protected {
    /// A protected environment of that name.
    #[must_use]
    pub fn new(environment: impl Into<String>) -> Protected {
        Protected {
            environment: environment.into(),
            confirmed: None,
            doors: Vec::new(),
            backups: "backups".into(),
            rehearsals: ".whimbrel/rehearsals".into(),
            public_key: None,
            backup_age: DAY,
            rehearsal_age: DAY,
        }
    }

    /// The folder of the backups; `backups` if nothing is said.
    #[must_use]
    pub fn backups(mut self, folder: impl Into<PathBuf>) -> Protected {
        self.backups = folder.into();
        self
    }

    /// The folder of the rehearsals and their receipts; `.whimbrel/rehearsals` if nothing is said.
    #[must_use]
    pub fn rehearsals(mut self, folder: impl Into<PathBuf>) -> Protected {
        self.rehearsals = folder.into();
        self
    }

    /// With whose private half a receipt has to be signed, where anybody's is not enough: in PEM or its base64.
    #[must_use]
    pub fn public_key(mut self, key: impl Into<String>) -> Protected {
        self.public_key = Some(key.into());
        self
    }

    /// How old a backup may be; a day if nothing is said.
    #[must_use]
    pub fn backup_age(mut self, age: Duration) -> Protected {
        self.backup_age = age;
        self
    }

    /// How old a rehearsal may be; a day if nothing is said.
    #[must_use]
    pub fn rehearsal_age(mut self, age: Duration) -> Protected {
        self.rehearsal_age = age;
        self
    }

    /// The name of the environment once more, to say that this one is meant: for a downgrade.
    #[must_use]
    pub fn confirm(mut self, environment: impl Into<String>) -> Protected {
        self.confirmed = Some(environment.into());
        self
    }

    /// Goes around the review, and why. It goes on the ledger.
    #[must_use]
    pub fn without_review(self, reason: impl Into<String>) -> Protected {
        self.around(Gate::Review, reason.into())
    }

    /// Goes around the backup, and why. It goes on the ledger.
    #[must_use]
    pub fn without_backup(self, reason: impl Into<String>) -> Protected {
        self.around(Gate::Backup, reason.into())
    }

    /// Goes around the rehearsal, and why. It goes on the ledger.
    #[must_use]
    pub fn without_rehearsal(self, reason: impl Into<String>) -> Protected {
        self.around(Gate::Rehearsal, reason.into())
    }

    fn around(mut self, gate: Gate, reason: String) -> Protected {
        self.doors.retain(|door| door.gate != gate);
        self.doors.push(Door { gate, reason });
        self
    }

    pub(super) fn protection(&self, timeouts: Timeouts) -> Protection {
        let signed = |age: Duration| SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
        Protection {
            environment: self.environment.clone(),
            confirmed: self.confirmed.clone(),
            doors: self.doors.clone(),
            backups: Folder::new(self.backups.clone()),
            receipts: Shelf::at(self.rehearsals.clone()),
            public_key: self.public_key.as_deref().map(PublicKey::named),
            backup_age: signed(self.backup_age),
            rehearsal_age: signed(self.rehearsal_age),
            review: Arc::new(OfPending { timeouts }),
            again: String::new(),
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The rules, as they come.
#[derive(Debug)]
struct OfPending {
    timeouts: Timeouts,
}

impl Review for OfPending {
    fn unresolved(&self, driver: &mut dyn Driver, pending: &[&Revision]) -> Result<Vec<Unresolved>, String> {
        let engine = driver.dialect().engine();
        let files = judged(driver, pending, self.timeouts).map_err(|error| error.message().to_string())?;
        let told = pending.iter().zip(&files).flat_map(|(revision, file)| {
            let shown = file.script.file.display().to_string();
            Unresolved::in_revision(revision, engine, file, &shown, Severity::Care)
        });
        Ok(told.collect())
    }
}
