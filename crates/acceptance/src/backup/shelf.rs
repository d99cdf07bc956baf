use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Result;
use whimbrel_run::Driver;
use whimbrel_run::backup::{
    self, Backup, BackupError, CreateOptions, Folder, Identities, Progress, RestoreOptions, Restored, Scope,
};
use whimbrel_schema::ObjectName;

/// A folder for backups, and one for what is on its way; gone with this value.
pub struct Shelf {
    folder: tempfile::TempDir,
    pub backups: Folder,
    pub staging: PathBuf,
}

impl Shelf {
    pub fn new() -> Result<Shelf> {
        let folder = tempfile::Builder::new().prefix("whimbrel-shelf-").tempdir()?;
        let (backups, staging) = (Folder::new(folder.path().join("backups")), folder.path().join("staging"));
        fs::create_dir(&staging)?;
        Ok(Shelf { folder, backups, staging })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn options(&self, scope: Scope) -> CreateOptions {
        CreateOptions {
            scope,
            command: None,
            destroyed: Vec::new(),
            recipients: Vec::new(),
            staging: self.staging.clone(),
            whimbrel: "test".to_owned(),
        }
    }

    pub fn take(&self, driver: &mut dyn Driver, scope: Scope) -> Result<Backup, BackupError> {
        backup::create(driver, &self.backups, &self.options(scope), &mut go_on)
    }

    pub fn restore(
        &self,
        driver: &mut dyn Driver,
        from: &Backup,
        only: Option<&[ObjectName]>,
        over: Option<&str>,
    ) -> Result<Restored, BackupError> {
        let identities = Identities::none();
        let options = RestoreOptions {
            only,
            over,
            identities: &identities,
            staging: self.staging.clone(),
            whimbrel: "test".into(),
        };
        backup::restore(driver, from, &options, &mut go_on)
    }

    /// Everything that lies there, by its name, beside the file that keeps backups out of repositories.
    pub fn left(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for folder in [self.backups.path(), &self.staging] {
            if folder.exists() {
                for entry in fs::read_dir(folder)? {
                    names.push(entry?.file_name().to_string_lossy().into_owned());
                }
            }
        }
        names.retain(|name| name != ".gitignore");
        names.sort();
        Ok(names)
    }
}

/// Watches, and stops nothing.
pub fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
