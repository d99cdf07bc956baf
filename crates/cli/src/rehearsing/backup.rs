//! Which backup the copy comes out of.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use whimbrel_run::Driver;
use whimbrel_run::backup::{Backup, Present, Scope, Watch};
use whimbrel_run::ledger::Ledger;
use whimbrel_schema::Fingerprint;

use crate::backups::{self, refusal};
use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::project::Project;
use crate::settings::file::BackupScope;

/// How old one may be that nobody has named.
const AT_MOST: SignedDuration = SignedDuration::from_hours(24);

/// What `--backup` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The newest that stands for the database as it is now; where there is none, one is made.
    Fitting,
    New,
    /// This one, or the newest (`latest`), and no other.
    Named(String),
    /// The copy is made without one.
    None,
}

impl Choice {
    pub fn of(word: Option<&str>) -> Choice {
        match word {
            None => Choice::Fitting,
            Some("new") => Choice::New,
            Some("none") => Choice::None,
            Some(named) => Choice::Named(named.to_string()),
        }
    }
}

/// The database as backups tell it. `schema` and `ledger` are what was just read of it.
pub fn present(source: &dyn Driver, schema: Fingerprint, ledger: &Ledger) -> Present {
    Present {
        at: Timestamp::now(),
        engine: source.dialect().engine(),
        database: source.describe(),
        schema,
        ledger: ledger.last(),
        applied: ledger.applied_ids().into_iter().collect(),
        at_most: AT_MOST,
    }
}

/// What the choice is made by.
pub struct Choosing<'c> {
    pub choice: &'c Choice,
    pub place: &'c backups::Place,
    pub present: &'c Present,
    /// The file with the identity, where it is not that of the settings.
    pub identity: Option<&'c Path>,
}

/// The backup to restore; `None` where the copy is to be made without one.
pub fn choose(
    choosing: &Choosing<'_>,
    source: &mut dyn Driver,
    project: &Project,
    watch: &mut Watch<'_>,
    printer: &Printer,
) -> Result<Option<Backup>, Failure> {
    let Choosing { choice, place, present, identity } = *choosing;
    let refused = |error| refusal::of(&error, project);
    match choice {
        Choice::None => return Ok(None),
        Choice::Named(named) => {
            let backup = place.folder.find(named).map_err(refused)?;
            // Whoever names one knows how old it is.
            let unhurried = Present { at_most: SignedDuration::MAX, ..present.clone() };
            return match unhurried.unfit(&backup, &backup.standing()) {
                None => Ok(Some(backup)),
                Some(why) => Err(unfit(&backup, &why.to_string())),
            };
        }
        Choice::New => {}
        Choice::Fitting => {
            let listed = place.folder.list().map_err(refused)?;
            let why = match present.newest(&listed) {
                Ok(backup) => return Ok(Some(backup.clone())),
                Err(Some((id, why))) => {
                    format!("the backup `{id}` does not stand for the database as it is now: {why}")
                }
                Err(None) => "there is no backup of this database".to_string(),
            };
            if let Some(elsewhere) = elsewhere(project) {
                printer.remark(&format!("{why}, and {elsewhere}: the copy is made without one"));
                return Ok(None);
            }
            printer.remark(&format!("{why}; one is made in `{}`", project.settings.shown(place.folder.path())));
        }
    }
    if let Some(elsewhere) = elsewhere(project) {
        let message = format!("no backup can be made to rehearse on: {elsewhere}");
        return Err(Failure::usage("no-copy", message).next("whimbrel rehearse --backup none"));
    }
    is_opened_by(identity, &project.settings.backup().recipients, project)?;
    place.sweep(project, printer)?;
    let backup = place.make(source, (Scope::Full, Vec::new()), project, watch)?;
    // While it was made, somebody may have changed what it is to stand for.
    let present = Present { at: Timestamp::now(), ..present.clone() };
    match present.unfit(&backup, &backup.standing()) {
        None => Ok(Some(backup)),
        Some(why) => Err(unfit(&backup, &why.to_string())),
    }
}

/// Why what is backed up here is not in the folder afterwards.
fn elsewhere(project: &Project) -> Option<&'static str> {
    let settings = project.settings.backup();
    match settings.scope {
        BackupScope::External => Some("a command makes backups here (`scope = \"external\"`)"),
        BackupScope::Full | BackupScope::Affected => {
            settings.stream.as_ref().map(|_| "backups are sent away here (`stream`)")
        }
    }
}

fn unfit(backup: &Backup, why: &str) -> Failure {
    let message = format!("the backup `{}` does not stand for the database as it is now: {why}", backup.manifest.id);
    Failure::new(Exit::Refused, "backup-unfit", message).next("whimbrel rehearse --backup new")
}

/// What is encrypted is no use here without what opens it, and that is told before anything is made or restored.
pub fn is_opened_by(identity: Option<&Path>, recipients: &[String], project: &Project) -> Result<(), Failure> {
    match recipients.is_empty() || identity.is_some() || project.settings.backup().identity.is_some() {
        true => Ok(()),
        false => Err(Failure::new(
            Exit::Refused,
            "backup-encrypted",
            format!(
                "backups are encrypted to {} here, and no identity is named that opens them",
                recipients.join(", ")
            ),
        )
        .next("whimbrel rehearse --identity FILE")
        .next("whimbrel rehearse --backup none")),
    }
}
