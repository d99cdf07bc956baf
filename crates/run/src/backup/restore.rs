//! A database made from a backup, and compared with what the manifest says.

use std::path::{Path, PathBuf};
use std::time::Instant;

use whimbrel_schema::{ObjectKind, ObjectName};

use super::encryption::Identities;
use super::folder::{Backup, STAGING};
use super::manifest::{DATA, Proof, Proved};
use super::progress::{Doing, Progress, Watch};
use super::workplace::Workplace;
use super::{BackupError, Difference, FORMAT, Manifest, Scope, TableContents, differences, files, pack, verify};
use crate::{Driver, clock, ledger};

pub struct RestoreOptions<'a> {
    /// These tables and nothing else.
    pub only: Option<&'a [ObjectName]>,
    /// The name of the database that may be written over.
    pub over: Option<&'a str>,
    pub identities: &'a Identities,
    /// Where files lie while they are unpacked.
    pub staging: PathBuf,
    /// Of the tool.
    pub whimbrel: String,
}

#[derive(Debug, Clone)]
pub struct Restored {
    /// Tables that were compared and are equal.
    pub tables: Vec<TableContents>,
    /// What was proved, where all of it was restored.
    pub proof: Option<Proof>,
    /// Why the proof could not be written down, where it could not.
    pub unwritten: Option<String>,
}

/// Makes the database what was copied. Everything that can be looked at beforehand is: nothing is restored from a
/// backup that is not what was made, nor over what nobody has named.
pub fn restore(
    driver: &mut dyn Driver,
    backup: &Backup,
    options: &RestoreOptions<'_>,
    watch: &mut Watch<'_>,
) -> Result<Restored, BackupError> {
    let begun = Instant::now();
    let manifest = &backup.manifest;
    let id = || manifest.id.clone();
    let here = driver.dialect().engine();
    if here != manifest.engine {
        return Err(BackupError::Engine { id: id(), of: manifest.engine, here });
    }
    // What is ours of it are single tables.
    let is_elsewhere = matches!(manifest.scope, Scope::External) && options.only.is_none();
    if is_elsewhere || manifest.files.is_empty() {
        return Err(BackupError::External { id: id() });
    }
    may_write(driver, options)?;
    let faults = verify::verify(backup, watch)?;
    if !faults.is_empty() {
        return Err(BackupError::Damaged { id: id(), faults });
    }
    let unpacked = unpack(backup, options, watch)?;
    let from = match &unpacked {
        Some(staging) => staging.path().join(DATA),
        None => backup.path.join(DATA),
    };
    driver.copy_in(&from, options.only, watch)?;
    drop(unpacked);
    let found = driver.contents(options.only, watch)?;
    let expected = expected(manifest, options.only, &found);
    let mut differing = differences(&expected, &found);
    if options.only.is_none() {
        differing.extend(of_schema(driver, manifest)?);
    }
    let proof = options.only.is_none().then(|| Proof {
        format: FORMAT,
        manifest: backup.sha256.clone(),
        at: clock::now(),
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        by: Proved::Restore {
            into: driver.describe(),
            tables: found.len(),
            rows: found.iter().map(|table| table.rows).sum(),
        },
        differences: differing.clone(),
        whimbrel: options.whimbrel.clone(),
    });
    let unwritten = proof.as_ref().and_then(|proof| backup.prove(proof).err()).map(|error| error.to_string());
    match differing.is_empty() {
        true => Ok(Restored { tables: found, proof, unwritten }),
        false => Err(BackupError::Unequal { id: id(), differences: differing }),
    }
}

/// What should be in the database. A virtual table is restored by its name and compared by the tables that it keeps.
fn expected(manifest: &Manifest, only: Option<&[ObjectName]>, found: &[TableContents]) -> Vec<TableContents> {
    let meant = |table: &&TableContents| match only {
        None => true,
        Some(only) => only.contains(&table.name) || found.iter().any(|found| found.name == table.name),
    };
    manifest.tables.iter().filter(meant).cloned().collect()
}

/// Two versions of an engine may print one schema in two ways; the tables are compared in any case.
fn of_schema(driver: &mut dyn Driver, manifest: &Manifest) -> Result<Option<Difference>, BackupError> {
    let Some(expected) = manifest.schema.clone().filter(|_| driver.version().to_string() == manifest.version) else {
        return Ok(None);
    };
    let found = driver.introspect()?.fingerprint();
    let differs = expected != found && expected.comparable(&found);
    Ok(differs.then_some(Difference::Schema { expected, found }))
}

/// Whether anybody would miss what is there now.
fn may_write(driver: &mut dyn Driver, options: &RestoreOptions<'_>) -> Result<(), BackupError> {
    let database = driver.database();
    if let Some(told) = options.over {
        return match told == database {
            true => Ok(()),
            false => Err(BackupError::OtherDatabase { database, told: told.to_string() }),
        };
    }
    let schema = driver.introspect()?;
    let mut tables: Vec<ObjectName> = schema.tables.keys().cloned().collect();
    let something = match options.only {
        Some(only) => {
            let engine = schema.engine;
            tables.retain(|table| only.iter().any(|only| only.is(table, engine)));
            // One that whimbrel sees only as a text, or as its own.
            for table in only.iter().filter(|table| table.namespace.is_none()) {
                if tables.is_empty() && driver.has_table(&table.name)? {
                    tables.push(table.clone());
                }
            }
            !tables.is_empty()
        }
        None => {
            if driver.has_table(ledger::Tables::LEDGER)? {
                tables.push(ObjectName::new(ledger::Tables::LEDGER));
            }
            // An extension and an empty namespace are what a new database may come with.
            let mut objects = schema.objects.keys().map(|id| id.kind);
            let made = objects.any(|kind| !matches!(kind, ObjectKind::Namespace | ObjectKind::Extension));
            made || !tables.is_empty()
        }
    };
    match something {
        true => Err(BackupError::Occupied { database, tables }),
        false => Ok(()),
    }
}

/// The files as the engine wrote them; `None` where they lie in the backup like that.
fn unpack(
    backup: &Backup,
    options: &RestoreOptions<'_>,
    watch: &mut Watch<'_>,
) -> Result<Option<Workplace>, BackupError> {
    let manifest = &backup.manifest;
    if manifest.recipients.is_empty() && manifest.files.iter().all(|file| !file.zstd) {
        return Ok(None);
    }
    let staging = Workplace::beside(&options.staging, STAGING)?;
    let (mut done, of) = (0, manifest.unpacked());
    for file in &manifest.files {
        // Everything that is named was found inside of the backup when it was verified.
        let mut name = file.path.as_str();
        name = name.strip_suffix(".age").filter(|_| !manifest.recipients.is_empty()).unwrap_or(name);
        name = name.strip_suffix(".zst").filter(|_| file.zstd).unwrap_or(name);
        let into = staging.path().join(name);
        make_folders(&into)?;
        let mut advance = |bytes: u64| {
            done += bytes;
            watch(Progress::of(Doing::Unpacking, done, Some(of)).about(&file.path))
        };
        let (from, recipients) = (backup.path.join(&file.path), &manifest.recipients);
        pack::unpack(&manifest.id, &from, &into, file.zstd, recipients, options.identities, &mut advance)?;
    }
    Ok(Some(staging))
}

fn make_folders(file: &Path) -> Result<(), BackupError> {
    let Some(folder) = file.parent().filter(|folder| !folder.exists()) else { return Ok(()) };
    make_folders(folder)?;
    files::create_folder(folder).map_err(BackupError::file("making the folder", folder))
}
