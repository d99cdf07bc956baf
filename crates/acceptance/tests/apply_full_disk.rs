//! A disk that fills up under a run, and the next run once there is room. SQLite's is filled by `cargo xtask crash`, at
//! single writes; this is PostgreSQL's, on a small file system of its own where the system lets one be mounted.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::case::Case;
use whimbrel_acceptance::crash::{START, Scenario, State};
use whimbrel_acceptance::database::{open, postgres};
use whimbrel_acceptance::disk::Disk;
use whimbrel_acceptance::server;
use whimbrel_frontends::revision::read_folder;
use whimbrel_run::apply::{self, ApplyError, Failure, Options, Report};
use whimbrel_run::{Actor, DriverErrorKind, ledger};

const FILLING: &str = "\
-- revision: a1
-- parents:  none
-- message:  fill

-- upgrade
CREATE TABLE before (id integer);
-- transaction: none
CREATE TABLE big (id integer, body text);
INSERT INTO big SELECT i, repeat('x', 500) FROM generate_series(1, 60000) i;
-- transaction: none
CREATE INDEX CONCURRENTLY ix_big ON big (body, id);
-- transaction: none
UPDATE big SET body = body || 'y';

-- downgrade
-- nothing to do
";

fn upgrade(url: &str, migrations: &Path) -> Result<Ran> {
    let history = read_folder(migrations).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let options = Options::new(Actor::here("test"));
    Ok(apply::upgrade(open(url)?.as_mut(), &history, &"head".parse()?, &options, &mut |_| {}))
}

#[test]
fn a_full_disk_is_told_and_the_next_run_ends_it() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let server = server::shared(None)?;
    let Some(disk) = Disk::of("24m", &server.socket_folder().join("data"))? else {
        println!("no file system may be mounted here: PostgreSQL is not tried on a full disk");
        return Ok(());
    };
    let mut admin = open(&server.url("postgres"))?;
    admin.execute(&format!("CREATE TABLESPACE small LOCATION '{}'", disk.folder().display()))?;
    admin.execute("CREATE DATABASE full_disk TEMPLATE template0 TABLESPACE small")?;
    let url = server.url("full_disk");
    let migrations = tempfile::tempdir()?;
    std::fs::write(migrations.path().join("a1.sql"), FILLING)?;

    let mut full = 0;
    for size in ["32m", "64m", "96m", "128m", "500m"] {
        let ended = upgrade(&url, migrations.path())?;
        let Err(error) = ended else { break };
        full += 1;
        let Failure::Driver(said) = &*error.failure else { panic!("another failure: {error:?}") };
        assert_eq!(said.kind, DriverErrorKind::Unwritable, "{said:?}");
        assert!(error.next("whimbrel upgrade head")[0].starts_with("whimbrel upgrade head"));
        disk.grow(size)?;
    }
    upgrade(&url, migrations.path())??;
    ensure!(full >= 2, "the disk was full {full} times only: this shows little");
    let mut driver = open(&url)?;
    let ledger = ledger::read(driver.as_mut())?;
    assert!(ledger.unfinished().is_none());
    assert_eq!(ledger.fingerprint(), Some(&driver.introspect()?.fingerprint()));
    let rows = driver.query("SELECT count(*), count(*) FILTER (WHERE length(body) = 501) FROM big", &[])?;
    assert_eq!(rows, [[Some("60000".to_owned()), Some("60000".to_owned())]]);
    let invalid = driver.query("SELECT 1 FROM pg_index WHERE NOT indisvalid", &[])?;
    assert!(invalid.is_empty());
    drop(driver);
    admin.execute("DROP DATABASE full_disk WITH (FORCE)")?;
    admin.execute("DROP TABLESPACE small")?;
    Ok(())
}

type Ran = std::result::Result<Report, ApplyError>;

/// Runs until it ends, with a little more room each time; how often there was none.
fn until_it_ends(disk: &Disk, run: &mut dyn FnMut() -> Result<Ran>) -> Result<usize> {
    disk.leave(ROOM)?;
    for full in 0..MOST {
        let Err(error) = run()? else { return Ok(full) };
        let Failure::Driver(said) = &*error.failure else {
            let Failure::Statement(failed) = &*error.failure else { panic!("another failure: {error:?}") };
            assert_eq!(failed.error.kind, DriverErrorKind::Unwritable, "{error:?}");
            disk.leave(ROOM * (full as u64 + 2))?;
            continue;
        };
        assert_eq!(said.kind, DriverErrorKind::Unwritable, "{said:?}");
        disk.leave(ROOM * (full as u64 + 2))?;
    }
    anyhow::bail!("it does not end with {} KiB free either", ROOM * MOST as u64)
}

/// In KiB: less than any link of the chain writes.
const ROOM: u64 = 160;
const MOST: usize = 60;

/// A whole chain, there and back, on a disk that is full again and again: it ends as it does where there is room.
#[test]
fn a_chain_ends_the_same_on_a_full_disk() -> Result<()> {
    let Some(ground) = postgres()?.into_iter().next() else { return Ok(()) };
    let server = server::shared(None)?;
    let Some(disk) = Disk::of("400m", &server.socket_folder().join("data"))? else {
        println!("no file system may be mounted here: PostgreSQL is not tried on a full disk");
        return Ok(());
    };
    let text = include_str!("../cases/crash/evolutions/renamed.sql");
    let scenario =
        Scenario::chained(&Case::read("renamed", text)?, &mut ground.database()?)?.context("it is a chain")?;
    let migrations = tempfile::tempdir()?;
    scenario.write(migrations.path())?;
    let folder = migrations.path();
    let back = |url: &str| -> Result<Ran> {
        let history = read_folder(folder).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        let options = Options::new(Actor::here("test"));
        Ok(apply::downgrade(open(url)?.as_mut(), &history, &START.parse()?, &options, &mut |_| {}))
    };
    let mut admin = open(&server.url("postgres"))?;
    admin.execute(&format!("CREATE TABLESPACE smaller LOCATION '{}'", disk.folder().display()))?;
    admin.execute("CREATE DATABASE full_chain TEMPLATE template0 TABLESPACE smaller")?;
    admin.execute("CREATE DATABASE roomy_chain TEMPLATE template0")?;
    let (full, roomy) = (server.url("full_chain"), server.url("roomy_chain"));

    upgrade(&roomy, folder)??;
    let wanted = State::read(open(&roomy)?.as_mut())?;
    let first = read_folder(folder).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let options = Options::new(Actor::here("test"));
    apply::upgrade(open(&full)?.as_mut(), &first, &START.parse()?, &options, &mut |_| {})?;
    let up = until_it_ends(&disk, &mut || upgrade(&full, folder))?;
    ensure!(up >= 3, "the disk was full {up} times only on the way up: this shows little");
    let found = State::read(open(&full)?.as_mut())?;
    assert_eq!(wanted.differences(&found, open(&full)?.as_mut(), &[]), Vec::<String>::new());

    back(&roomy)??;
    let wanted = State::read(open(&roomy)?.as_mut())?;
    let down = until_it_ends(&disk, &mut || back(&full))?;
    ensure!(down >= 2, "the disk was full {down} times only on the way back: this shows little");
    let mut driver = open(&full)?;
    let found = State::read(driver.as_mut())?;
    assert_eq!(wanted.differences(&found, driver.as_mut(), &[]), Vec::<String>::new());
    println!("full {up} times on the way up, {down} times on the way back");
    drop(driver);
    for statement in
        ["DROP DATABASE full_chain WITH (FORCE)", "DROP DATABASE roomy_chain WITH (FORCE)", "DROP TABLESPACE smaller"]
    {
        admin.execute(statement)?;
    }
    Ok(())
}
