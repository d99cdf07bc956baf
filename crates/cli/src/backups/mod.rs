//! Backups as commands have them: where they lie, how one is made, what a person sees of it.

pub mod progress;
pub mod refusal;

use std::path::{Path, PathBuf};

use whimbrel_run::Driver;
use whimbrel_run::backup::{
    self, Backup, CreateOptions, Folder, Identities, Leftover, Recipient, Scope, Watch, sweep_staging,
};
use whimbrel_schema::ObjectName;

use crate::failure::Failure;
use crate::printer::Printer;
use crate::project::Project;
use crate::render::words;

/// Where backups go, if nothing else is said.
const FOLDER: &str = "backups";

pub struct Place {
    pub folder: Folder,
    /// For what is not yet encrypted, or no longer compressed.
    pub staging: PathBuf,
}

impl Place {
    /// `folder` is what somebody has named beside the settings.
    pub fn of(folder: Option<&Path>, project: &Project) -> Place {
        let settings = &project.settings;
        let folder = match (folder, &settings.backup().folder) {
            (Some(folder), _) => settings.under_here(folder),
            (None, Some(folder)) => settings.under_root(folder),
            (None, None) => settings.under_root(FOLDER.as_ref()),
        };
        let staging = settings.backup().staging.as_deref();
        let staging = staging.map_or_else(std::env::temp_dir, |folder| settings.under_root(folder));
        Place { folder: Folder::new(folder), staging }
    }

    /// Takes away what killed runs have left behind, and says so.
    pub fn sweep(&self, project: &Project, printer: &Printer) -> Result<Vec<Leftover>, Failure> {
        let mut swept = self.folder.sweep().map_err(|error| refusal::of(&error, project))?;
        swept.extend(sweep_staging(&self.staging));
        for left in &swept {
            let (path, bytes) = (project.settings.shown(&left.path), words::bytes(left.bytes));
            printer.remark(&format!("swept away `{path}` ({bytes}), which a run that was interrupted had left"));
        }
        Ok(swept)
    }

    /// A new backup in the folder: of what, and of which tables besides because their values are about to be destroyed.
    pub fn make(
        &self,
        driver: &mut dyn Driver,
        (scope, destroyed): (Scope, Vec<ObjectName>),
        project: &Project,
        watch: &mut Watch<'_>,
    ) -> Result<Backup, Failure> {
        let options = CreateOptions {
            scope,
            command: project.settings.backup().create.clone(),
            destroyed,
            recipients: recipients(&[], project)?,
            staging: self.staging.clone(),
            whimbrel: env!("CARGO_PKG_VERSION").to_string(),
        };
        backup::create(driver, &self.folder, &options, watch).map_err(|error| refusal::of(&error, project))
    }
}

/// For whom files are encrypted: those that are named, else those of the settings.
pub fn recipients(named: &[String], project: &Project) -> Result<Vec<Recipient>, Failure> {
    let texts = if named.is_empty() { &project.settings.backup().recipients } else { named };
    let recipients: Result<Vec<_>, _> = texts.iter().map(|text| Recipient::parse(text)).collect();
    recipients.map_err(|error| refusal::of(&error, project))
}

/// What opens this backup: the file that is named, else that of the settings. Nothing is read for one that is not
/// encrypted.
pub fn identities(backup: &Backup, named: Option<&Path>, project: &Project) -> Result<Identities, Failure> {
    let refused = |error| refusal::of(&error, project);
    match (named, &project.settings.backup().identity) {
        _ if backup.manifest.recipients.is_empty() => Ok(Identities::none()),
        (Some(file), _) => Identities::read(&project.settings.under_here(file)).map_err(refused),
        (None, Some(file)) => Identities::read(&project.settings.under_root(file)).map_err(refused),
        (None, None) => Ok(Identities::none()),
    }
}
