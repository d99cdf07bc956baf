use std::fs;
use std::ops::ControlFlow;

use anyhow::{Result, ensure};
use whimbrel_acceptance::backup::{Shelf, go_on};
use whimbrel_acceptance::database::{Database, Journal, SQLITE};
use whimbrel_run::backup::{self, BackupError, Folder, Recipient, Scope};

const RECIPIENT: &str = super::encrypted::RECIPIENT;

fn filled(megabytes: u32) -> Result<Database> {
    let mut database = SQLITE.sqlite(Journal::Wal)?;
    database.driver.execute_script(&format!(
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB); \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {megabytes}) \
         INSERT INTO t SELECT i, randomblob(1000000) FROM n"
    ))?;
    Ok(database)
}

/// Stopped at every point at which somebody may stop it, nothing is left, neither plain nor encrypted.
#[test]
fn stopped_anywhere_nothing_is_left() -> Result<()> {
    for recipients in [Vec::new(), vec![Recipient::parse(RECIPIENT)?]] {
        let (shelf, mut source) = (Shelf::new()?, filled(6)?);
        let mut options = shelf.options(Scope::Full);
        options.recipients = recipients;
        let mut stopped = 0;
        for at in 0.. {
            let mut told = 0;
            let outcome = backup::create(source.driver.as_mut(), &shelf.backups, &options, &mut |progress| {
                told += 1;
                if told > at { ControlFlow::Break(()) } else { go_on(progress) }
            });
            match outcome {
                Err(error) => {
                    assert!(error.is_stopped(), "{error}");
                    ensure!(shelf.left()?.is_empty(), "stopped at {at}, this is left: {:?}", shelf.left()?);
                    stopped += 1;
                }
                Ok(made) => {
                    assert_eq!(shelf.left()?, [made.manifest.id.0]);
                    break;
                }
            }
        }
        ensure!(stopped >= 8, "stopped {stopped} times only");
        // The connection is good for another one.
        backup::create(source.driver.as_mut(), &shelf.backups, &options, &mut go_on)?;
    }
    Ok(())
}

/// And a restore that is stopped leaves the database as it was.
#[test]
fn a_restore_that_is_stopped_changes_nothing() -> Result<()> {
    let (shelf, mut source, mut target) = (Shelf::new()?, filled(6)?, SQLITE.sqlite(Journal::Rollback)?);
    let backup = shelf.take(source.driver.as_mut(), Scope::Full)?;
    target.driver.execute_script("CREATE TABLE mine (a); INSERT INTO mine VALUES ('stays')")?;
    let before = target.driver.contents(None, &mut go_on)?;
    let name = target.driver.database();
    let identities = backup::Identities::none();
    let options = backup::RestoreOptions {
        only: None,
        over: Some(&name),
        identities: &identities,
        staging: shelf.staging.clone(),
        whimbrel: "test".to_owned(),
    };
    for doing in [backup::Doing::Verifying, backup::Doing::Unpacking, backup::Doing::Restoring] {
        let outcome = backup::restore(target.driver.as_mut(), &backup, &options, &mut |progress| {
            if progress.doing == doing { ControlFlow::Break(()) } else { go_on(progress) }
        });
        assert!(outcome.as_ref().is_err_and(BackupError::is_stopped), "{doing:?}: {outcome:?}");
        assert_eq!(target.driver.contents(None, &mut go_on)?, before, "{doing:?}");
        assert_eq!(shelf.left()?, std::slice::from_ref(&backup.manifest.id.0));
    }
    Ok(())
}

#[test]
fn a_folder_that_may_not_be_written_is_named_and_stays_empty() -> Result<()> {
    let (shelf, mut source) = (Shelf::new()?, filled(1)?);
    // Of which even root makes no folder.
    let file = shelf.path().join("a file");
    fs::write(&file, "")?;
    let error = backup::create(
        source.driver.as_mut(),
        &Folder::new(file.join("backups")),
        &shelf.options(Scope::Full),
        &mut go_on,
    );
    let told = error.unwrap_err().to_string();
    assert!(told.starts_with("making the folder") && told.contains("a file/backups"), "{told}");

    let locked = shelf.path().join("locked");
    fs::create_dir(&locked)?;
    let mut permissions = fs::metadata(&locked)?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&locked, permissions)?;
    if fs::write(locked.join("probe"), "").is_ok() {
        println!("this user writes everywhere: a folder without permission is not tried");
        return Ok(());
    }
    let outcome =
        backup::create(source.driver.as_mut(), &Folder::new(&locked), &shelf.options(Scope::Full), &mut go_on);
    let told = outcome.unwrap_err().to_string();
    assert!(told.contains("locked") && told.contains("permission denied"), "{told}");
    assert_eq!(fs::read_dir(&locked)?.count(), 0);
    Ok(())
}

/// Whether the copy, its packing, or the manifest finds no room: nothing is left in the folder, and what was there stays.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_nothing_is_left() -> Result<()> {
    use whimbrel_acceptance::disk::Disk;

    let (shelf, mut source) = (Shelf::new()?, filled(6)?);
    let mut full = 0;
    let mut restored = 0;
    for kilobytes in [64, 2_000, 5_900, 7_000, 9_000, 11_800, 14_000] {
        let Some(disk) = Disk::of(&format!("{kilobytes}k"), shelf.path())? else {
            println!("no file system may be mounted here: a full disk is not tried");
            return Ok(());
        };
        let folder = Folder::new(disk.folder().join("backups"));
        match backup::create(source.driver.as_mut(), &folder, &shelf.options(Scope::Full), &mut go_on) {
            Err(error) => {
                let told = error.to_string().to_lowercase();
                assert!(["is full", "no space", "no room"].iter().any(|words| told.contains(words)), "{told}");
                let left = fs::read_dir(folder.path()).into_iter().flatten().flatten();
                let left = left.filter(|entry| entry.file_name() != ".gitignore").count();
                ensure!(left == 0 && folder.list()?.is_empty(), "{kilobytes} kB: {left} things are left");
                full += 1;
            }
            Ok(made) => {
                assert!(backup::verify(&made, &mut go_on)?.is_empty());
                // With what is unpacked on the full disk too.
                let mut target = SQLITE.sqlite(Journal::Rollback)?;
                let identities = backup::Identities::none();
                let options = backup::RestoreOptions {
                    only: None,
                    over: None,
                    identities: &identities,
                    staging: disk.folder().to_path_buf(),
                    whimbrel: "test".to_owned(),
                };
                match backup::restore(target.driver.as_mut(), &made, &options, &mut go_on) {
                    Ok(_) => restored += 1,
                    Err(_) => assert!(target.driver.introspect()?.is_empty()),
                }
                assert_eq!(fs::read_dir(disk.folder())?.count(), 1, "more than the backups is left");
            }
        }
    }
    ensure!(full >= 3, "the disk was full {full} times only: this shows little");
    println!("{full} times full, {restored} times restored");
    Ok(())
}
