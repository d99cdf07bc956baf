//! A backup made: copied into a folder that is none yet, packed, hashed, written down, and only then given its name.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use whimbrel_schema::ObjectName;

use super::encryption::Recipient;
use super::external;
use super::folder::{Backup, Folder, STAGING};
use super::manifest::{DATA, MANIFEST};
use super::progress::{Doing, Progress, Watch};
use super::workplace::Workplace;
use super::{BackupError, BackupId, FORMAT, FileEntry, Manifest, Scope, Snapshot, files, pack, sealed};
use crate::{Driver, clock};

#[derive(Debug, Clone)]
pub struct CreateOptions {
    pub scope: Scope,
    /// The command that makes the backup, where the scope is [`External`](Scope::External).
    pub command: Option<String>,
    /// Tables with values that a plan destroys: a copy of them is part of every backup, also of an external one.
    pub destroyed: Vec<ObjectName>,
    /// Nobody else reads it then.
    pub recipients: Vec<Recipient>,
    /// Where the copy lies until it is encrypted: never in the folder of backups.
    pub staging: PathBuf,
    /// Of the tool.
    pub whimbrel: String,
}

/// Copies the database and gives the backup that came of it. Whatever goes wrong, nothing that looks like a backup stays.
pub fn create(
    driver: &mut dyn Driver,
    folder: &Folder,
    options: &CreateOptions,
    watch: &mut Watch<'_>,
) -> Result<Backup, BackupError> {
    let (now, begun) = (Timestamp::now(), Instant::now());
    let (id, workplace) = folder.begin(now)?;
    let made = match &options.scope {
        Scope::Full | Scope::Affected(_) => copy(driver, &options.scope, options, workplace.path(), watch)?,
        Scope::External => Made {
            reference: options.command.as_deref().map(|command| external::make(command, &id)).transpose()?,
            ..match options.destroyed.is_empty() {
                true => Made::default(),
                false => {
                    let scope = Scope::Affected(options.destroyed.clone());
                    copy(driver, &scope, options, workplace.path(), watch)?
                }
            }
        },
    };
    let manifest = manifest(driver, &id, now, begun, options, made);
    let text = serde_json::to_string_pretty(&manifest).map_err(std::io::Error::other);
    let sha256 = text
        .and_then(|text| sealed::write(workplace.path(), MANIFEST, &format!("{text}\n")))
        .map_err(BackupError::file("writing", &workplace.path().join(MANIFEST)))?;
    let path = folder.finish(&id, workplace)?;
    Ok(Backup { path, manifest, sha256 })
}

/// What has come of it, besides files.
#[derive(Default)]
struct Made {
    snapshot: Option<Snapshot>,
    files: Vec<FileEntry>,
    reference: Option<String>,
}

fn copy(
    driver: &mut dyn Driver,
    scope: &Scope,
    options: &CreateOptions,
    into: &Path,
    watch: &mut Watch<'_>,
) -> Result<Made, BackupError> {
    let data = into.join(DATA);
    files::create_folder(&data).map_err(BackupError::file("making the folder", &data))?;
    let recipients = &options.recipients;
    // What is to be encrypted is not even for a moment in the folder of backups as it is.
    let staging = match recipients.is_empty() {
        true => None,
        false => Some(Workplace::beside(&options.staging, STAGING)?),
    };
    let raw = match &staging {
        None => data.clone(),
        Some(staging) => {
            let raw = staging.path().join(DATA);
            files::create_folder(&raw).map_err(BackupError::file("making the folder", &raw))?;
            raw
        }
    };
    let snapshot = driver.copy_out(scope, &raw, watch)?;
    let written = files::below(&raw).map_err(BackupError::file("reading", &raw))?;
    let total = files::weight(&raw);
    let (mut entries, mut done) = (Vec::new(), 0);
    let zstd = !snapshot.compressed;
    for path in &written {
        let from = raw.join(path);
        let name: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let mut name = name.join("/");
        let mut advance = |bytes: u64| {
            done += bytes;
            watch(Progress::of(Doing::Packing, done, Some(total)).about(path.display().to_string()))
        };
        let packed = if zstd || !recipients.is_empty() {
            name.push_str(if zstd { ".zst" } else { "" });
            name.push_str(if recipients.is_empty() { "" } else { ".age" });
            let to = data.join(&name);
            if let Some(folder) = to.parent().filter(|folder| !folder.exists()) {
                fs::create_dir_all(folder).map_err(BackupError::file("making the folder", folder))?;
            }
            let packed = pack::pack(&from, &to, zstd, recipients, &mut advance)?;
            fs::remove_file(&from).map_err(BackupError::file("removing", &from))?;
            packed
        } else {
            let syncing = || BackupError::file("syncing", &from);
            files::hide(&from).map_err(syncing())?;
            fs::File::open(&from).and_then(|file| file.sync_all()).map_err(syncing())?;
            pack::weigh(&from, &mut advance)?
        };
        let path = format!("{DATA}/{name}");
        let pack::Packed { size, sha256, unpacked } = packed;
        entries.push(FileEntry { path, size, sha256, unpacked, zstd });
    }
    files::sync_folder(&data).map_err(BackupError::file("syncing", &data))?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Made { snapshot: Some(snapshot), files: entries, reference: None })
}

fn manifest(
    driver: &dyn Driver,
    id: &BackupId,
    now: Timestamp,
    begun: Instant,
    options: &CreateOptions,
    made: Made,
) -> Manifest {
    let engine = driver.dialect().engine();
    let recipients = options.recipients.iter().map(ToString::to_string).collect();
    let snapshot = made.snapshot;
    let with = match &snapshot {
        Some(snapshot) => snapshot.with.clone(),
        None => "a command".to_string(),
    };
    let (position, schema, ledger, applied, tables) = match snapshot {
        Some(it) => (it.position, Some(it.schema), it.ledger, it.applied, it.tables),
        None => (None, None, 0, Vec::new(), Vec::new()),
    };
    Manifest {
        format: FORMAT,
        id: id.clone(),
        taken_at: clock::written(now),
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        engine,
        version: driver.version().to_string(),
        database: driver.describe(),
        scope: options.scope.clone(),
        position,
        schema,
        ledger,
        applied,
        tables,
        files: made.files,
        whimbrel: options.whimbrel.clone(),
        with,
        recipients,
        reference: made.reference,
    }
}
