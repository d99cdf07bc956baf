//! A copy that came out of a backup, and was compared with it: that is what proves the backup.

use std::path::Path;
use std::time::Instant;

use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};
use whimbrel_run::Driver;
use whimbrel_run::backup::{self, Backup, BackupError, RestoreOptions, Watch};
use whimbrel_run::rehearse::{BackupBound, Copied, How, micros};

use super::{Copy, Host, Place, copying_failed, folder, in_memory, new_database, no_server, nothing_runs_there};
use crate::backups::{self, identities, refusal};
use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::project::Project;
use crate::rehearsing::backup::is_opened_by;
use crate::render::words;
use crate::settings::Environment;

/// What is restored, and what opens it.
pub struct Restoring<'r> {
    pub backup: &'r Backup,
    /// The file with the identity, where it is not that of the settings.
    pub identity: Option<&'r Path>,
    pub place: &'r backups::Place,
    pub project: &'r Project,
    pub host: Host,
}

impl Copy {
    /// Restores the backup into a new database, of which nobody else knows, compares every table with the manifest and
    /// writes down beside the backup what came of it. One that is not equal is no copy.
    pub fn of_backup(
        restoring: &Restoring<'_>,
        environment: &Environment,
        source: &mut dyn Driver,
        watch: &mut Watch<'_>,
        printer: &Printer,
    ) -> Result<Copy, Failure> {
        let begun = Instant::now();
        let Restoring { backup, identity, place, project, host } = restoring;
        is_opened_by(*identity, &backup.manifest.recipients, project)?;
        let identities = identities(backup, *identity, project)?;
        let failed = |error| copying_failed(&error);
        let (place_of_copy, mut driver) = match &environment.url {
            DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), .. }) => {
                no_server(*host)?;
                let folder = folder::make(environment)?;
                let copy = folder.path().join(file.file_name().unwrap_or_default());
                let url = DatabaseUrl::Sqlite(SqliteUrl { file: Some(copy), parameters: Default::default() });
                let driver = whimbrel_engines::connect(&url).map_err(failed)?;
                (Some(Place::File { _folder: folder, url }), driver)
            }
            DatabaseUrl::Sqlite(SqliteUrl { file: None, .. }) => return Err(in_memory()),
            DatabaseUrl::Postgres(_) => new_database(source, *host, printer)?,
            DatabaseUrl::Mysql(_) => return Err(nothing_runs_there()),
        };
        let options = RestoreOptions {
            only: None,
            over: None,
            identities: &identities,
            staging: place.staging.clone(),
            whimbrel: env!("CARGO_PKG_VERSION").to_string(),
        };
        let restored = backup::restore(driver.as_mut(), backup, &options, watch);
        let restored = restored.map_err(|error| not_restored(&error, project))?;
        if let Some(why) = &restored.unwritten {
            printer.remark(&format!("what was proved could not be written down: {why}"));
        }
        let id = backup.manifest.id.to_string();
        let tables = words::counted(restored.tables.len(), "table");
        let rows = words::many(restored.tables.iter().map(|table| table.rows).sum());
        let own = match host {
            Host::Same => "",
            Host::Own => " on a server of its own",
        };
        let shown = format!("backup {id}, restored{own}: {tables} ({rows} rows), each equal by row count and hash");
        let copied =
            Copied { how: How::Restored, place: shown, took_us: micros(begun.elapsed()), backup: Some(id.clone()) };
        let bound = BackupBound { id, taken_at: backup.manifest.taken_at.clone() };
        // On SQLite the file is what stays; its first connection has done its work.
        let place = place_of_copy.unwrap_or(Place::Scratch { main: driver });
        Ok(Copy { copied, backup: Some(bound), place, role: environment.role.clone() })
    }
}

/// The database itself is out of this: what could not be restored was to be a copy.
fn not_restored(error: &BackupError, project: &Project) -> Failure {
    match error {
        BackupError::Driver(error) => copying_failed(error),
        BackupError::Unequal { id, .. } => {
            Failure::new(Exit::Failed, "not-equal", format!("no copy comes out of the backup `{id}`: {error}"))
                .note("because", "what came out of it is something else, and that stands beside it now")
                .next("whimbrel rehearse --backup new")
        }
        BackupError::Encrypted { .. } | BackupError::Identity { .. } => refusal::of(error, project),
        _ => refusal::of(error, project).next("whimbrel rehearse --backup new"),
    }
}
