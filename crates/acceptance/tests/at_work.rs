//! The run that has the lock, as others see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::thread::{sleep, spawn};
use std::time::Duration;

use anyhow::Result;
use whimbrel_acceptance::project::{On, Project, on_each_engine};
use whimbrel_acceptance::server;
use whimbrel_run::guard::Limits;

#[test]
fn a_run_is_seen_while_it_has_the_lock() -> Result<()> {
    on_each_engine(|project| {
        project.sql("CREATE TABLE t (a integer)")?;
        let (mut run, mut other) = (project.connect()?, project.connect()?);
        assert_eq!(other.at_work()?, None);
        assert!(run.lock(Duration::ZERO)?);
        run.prepare_session()?;
        run.begin()?;
        run.execute_within("INSERT INTO t\nVALUES (1)", &Limits::PATIENT, &mut |_| {})?;
        if matches!(project.on, On::Sqlite | On::SqliteWal) {
            // A file tells what is begun until it is committed; a server knows that nothing runs just now.
            let seen = other.at_work()?.unwrap();
            assert_eq!((seen.statement.as_deref(), seen.ended_by), (Some("INSERT INTO t"), None));
        }
        run.commit()?;
        let seen = other.at_work()?.unwrap();
        assert!(seen.pid.is_some() && seen.statement.is_none() && !seen.seems_gone(), "{seen:?}");
        run.unlock()?;
        assert_eq!(other.at_work()?, None);
        Ok(())
    })
}

#[test]
fn a_session_that_has_the_lock_can_be_ended_and_no_other() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let project = Project::new(On::Postgres)?;
    let (mut gone, mut next) = (project.connect()?, project.connect()?);
    assert!(gone.lock(Duration::ZERO)?);
    let seen = next.at_work()?.unwrap();
    gone.unlock()?;
    assert!(!next.end_session(&seen)?, "it has the lock no longer");
    gone.query("SELECT 1", &[])?;
    assert!(gone.lock(Duration::ZERO)? && !next.lock(Duration::ZERO)?);
    assert!(next.end_session(&seen)?);
    assert!(next.lock(Duration::from_secs(10))?, "the lock goes with the session");
    assert!(gone.query("SELECT 1", &[]).is_err());
    Ok(())
}

#[test]
fn how_far_an_index_is_and_for_whom_it_waits_is_told() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let project = Project::new(On::Postgres)?;
    project.sql("CREATE TABLE t (a integer)")?;
    let (mut run, mut writer, mut other) = (project.connect()?, project.connect()?, project.connect()?);
    writer.begin()?;
    writer.execute("INSERT INTO t VALUES (1)")?;
    assert!(run.lock(Duration::ZERO)?);
    run.prepare_session()?;
    let build =
        spawn(move || run.execute_within("CREATE INDEX CONCURRENTLY ix ON t (a)", &Limits::PATIENT, &mut |_| {}));
    let mut seen = None;
    for _ in 0..200 {
        seen = other.at_work()?.filter(|seen| seen.progress.is_some() && !seen.behind.is_empty());
        if seen.is_some() {
            break;
        }
        sleep(Duration::from_millis(25));
    }
    writer.commit()?;
    build.join().unwrap()?;
    let seen = seen.expect("it waits for the writer");
    assert_eq!(seen.statement.as_deref(), Some("CREATE INDEX CONCURRENTLY ix ON t (a)"));
    assert_eq!(seen.progress.unwrap().phase, "waiting for writers before build");
    Ok(())
}
