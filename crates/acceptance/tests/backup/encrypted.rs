use std::fs;
use std::io::Write as _;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::backup::{Shelf, cases, damaged_is_refused, go_on};
use whimbrel_acceptance::database::SQLITE;
use whimbrel_run::backup::{self, BackupError, Identities, Recipient, RestoreOptions, Scope, differences};
use whimbrel_schema::Engine;

/// Made for these tests, and of no use to anybody.
const IDENTITY: &str = "AGE-SECRET-KEY-135DP7DF8PYZAMPJJ6VVN2JSX3RLL3KU2CAA5C5Q3XPUJ55H4WUVQURLAF5";
pub const RECIPIENT: &str = "age1pl4s05huunh3g9deznm9yuccm6q9n4qxj73p4wflmtxntq5vaswq46eeqx";
const ANOTHER: &str = "AGE-SECRET-KEY-1HGUK3GQ2RLVGGUDFGS685K6HFY6UNJEMSRNE05RZMQMC8EL9HKZSHFRJS5";

fn identities(shelf: &Shelf, keys: &str) -> Result<Identities> {
    let path = shelf.path().join("identity");
    fs::File::create(&path)?.write_all(format!("# a comment\n{keys}\n").as_bytes())?;
    Ok(Identities::read(&path)?)
}

/// Whether any file below has these bytes in it.
fn is_in(folder: &std::path::Path, needle: &[u8]) -> Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = match path.is_dir() {
            true => is_in(&path, needle)?,
            false => fs::read(&path)?.windows(needle.len()).any(|window| window == needle),
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn only_its_recipient_opens_it_and_nothing_plain_is_left() -> Result<()> {
    let shelf = Shelf::new()?;
    let (mut source, mut target) = (SQLITE.database()?, SQLITE.database()?);
    source.driver.execute_script("CREATE TABLE t (a); INSERT INTO t VALUES ('the secret of the whimbrel')")?;
    let before = source.driver.contents(None, &mut go_on)?;
    let mut options = shelf.options(Scope::Full);
    options.recipients = vec![Recipient::parse(RECIPIENT)?];
    // What is on the disk in between, seen each time that somebody is told how far it is.
    let (mut plain_in_backups, mut looks) = (false, 0);
    let backups = shelf.backups.path().to_path_buf();
    let made = backup::create(source.driver.as_mut(), &shelf.backups, &options, &mut |progress| {
        looks += 1;
        plain_in_backups |= is_in(&backups, b"the secret of the whimbrel").unwrap_or(true);
        plain_in_backups |= is_in(&backups, b"SQLite format 3").unwrap_or(true);
        go_on(progress)
    })?;
    ensure!(looks >= 4, "looked {looks} times only");
    ensure!(!plain_in_backups, "it was in the folder of backups as it is");
    ensure!(!is_in(shelf.path(), b"the secret of the whimbrel")?, "something plain is left");
    assert_eq!(made.manifest.recipients, [RECIPIENT]);
    assert_eq!(shelf.left()?, std::slice::from_ref(&made.manifest.id.0));

    let other = identities(&shelf, ANOTHER)?;
    for (keys, told) in
        [(&Identities::none(), "no identity was given"), (&other, "no identity that was given opens it")]
    {
        let options = RestoreOptions {
            only: None,
            over: None,
            identities: keys,
            staging: shelf.staging.clone(),
            whimbrel: "test".to_owned(),
        };
        let error = backup::restore(target.driver.as_mut(), &made, &options, &mut go_on).unwrap_err();
        assert!(matches!(error, BackupError::Encrypted { .. }) && error.to_string().ends_with(told), "{error}");
        assert!(target.driver.introspect()?.is_empty());
        assert_eq!(shelf.left()?.len(), 1);
    }
    let mine = identities(&shelf, &format!("{ANOTHER}\n{IDENTITY}"))?;
    let options = RestoreOptions {
        only: None,
        over: None,
        identities: &mine,
        staging: shelf.staging.clone(),
        whimbrel: "test".to_owned(),
    };
    backup::restore(target.driver.as_mut(), &made, &options, &mut go_on)?;
    assert!(differences(&before, &target.driver.contents(None, &mut go_on)?).is_empty());
    assert_eq!(shelf.left()?.len(), 1);
    Ok(())
}

#[test]
fn damage_is_found_by_whoever_has_no_identity() -> Result<()> {
    let shelf = Shelf::new()?;
    let mut source = SQLITE.database()?;
    let case = cases(Engine::Sqlite)?.into_iter().find(|case| case.name == "names").context("no such case")?;
    source.driver.execute_script(&case.script)?;
    let mut options = shelf.options(Scope::Full);
    options.recipients = vec![Recipient::parse(RECIPIENT)?];
    let mut take = || backup::create(source.driver.as_mut(), &shelf.backups, &options, &mut go_on);
    let (first, second) = (take()?, take()?);
    let damages = damaged_is_refused(&shelf, &first, &second, SQLITE.database()?.driver.as_mut(), 7)?;
    ensure!(damages >= 60, "only {damages} damages");
    Ok(())
}
