//! The example service, release after release: several replicas migrate at once, a column gets another name while both
//! releases answer, and the readiness of each is what `compatibility` says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "service/http.rs"]
mod http;
#[path = "service/load.rs"]
mod load;
#[path = "service/replica.rs"]
mod replica;

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::server;
use whimbrel_run::ledger::{self, Outcome};

use crate::http::ask;
use crate::load::{Load, said_by};
use crate::replica::{Migrates, PATIENCE, Release, Replica};

#[test]
fn two_releases_on_sqlite() -> Result<()> {
    let folder = tempfile::tempdir()?;
    rolled_out(&format!("sqlite:///{}", folder.path().join("app.db").display()))
}

#[test]
fn two_releases_on_postgres() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let url = server::shared(None)?.fresh_database()?;
    // sqlx wants a host where there is a user, and takes the socket's folder all the same.
    rolled_out(&url.replace("@/", "@localhost/"))
}

/// How many requests of each kind each release in service answers before the next thing happens.
const REQUESTS: u64 = 40;

fn rolled_out(url: &str) -> Result<()> {
    let starting = (0..3).map(|_| Replica::start(Release::One, url, "v1", Migrates::AtStart));
    let mut old = starting.collect::<Result<Vec<_>>>()?;
    for replica in &mut old {
        replica.until_ready()?;
    }
    until_applied(url, 1)?;

    let load = Load::begin();
    old.iter().for_each(|replica| load.put(replica));
    load.until_answered(REQUESTS, &[Release::One])?;

    // A release that is there before its columns says so, and is given no request.
    let mut early = Replica::start(Release::Two, url, "v2", Migrates::Never)?;
    let answer = early.until(|answer| answer.status == 503)?;
    ensure!(answer.body.contains("behind"), "{}", answer.body);
    early.stop()?;

    let starting = (0..2).map(|_| Replica::start(Release::Two, url, "v2", Migrates::AtStart));
    let mut new = starting.collect::<Result<Vec<_>>>()?;
    for replica in &mut new {
        replica.until_ready()?;
        load.put(replica);
    }
    // The expand and the backfill, and not the contract.
    until_applied(url, 3)?;
    for replica in &old {
        let answer = replica.ready()?;
        ensure!(answer.status == 200 && answer.body.contains("ahead"), "{}: {}", answer.status, answer.body);
    }
    load.until_answered(REQUESTS, &[Release::One, Release::Two])?;

    // A replica of the old release that is started again finds its way, too.
    let mut again = Replica::start(Release::One, url, "v1", Migrates::AtStart)?;
    again.until_ready()?;
    load.put(&again);
    old.push(again);
    for replica in old {
        load.take(&replica);
        replica.stop()?;
    }

    let mut last = Replica::start(Release::Two, url, "v3", Migrates::AtStart)?;
    last.until_ready()?;
    load.put(&last);
    until_applied(url, 4).with_context(|| last.said())?;
    load.until_answered(REQUESTS, &[Release::Two])?;
    for replica in new {
        load.take(&replica);
        replica.stop()?;
    }
    load.until_answered(REQUESTS, &[Release::Two])?;

    // What the old release reads is gone, and it says so before it is given a request.
    let mut late = Replica::start(Release::One, url, "v1", Migrates::AtStart)?;
    let answer = late.until(|answer| answer.status == 503)?;
    ensure!(answer.body.contains("email.subject"), "{}", answer.body);
    late.stop()?;

    let rows = load.end()?;
    ensure!(rows.len() as u64 >= REQUESTS, "{} rows", rows.len());
    for (id, row) in &rows {
        let answer = ask(last.address, "GET", &format!("/emails/{id}"), None)?;
        ensure!(answer.status == 200, "{id}: {}", answer.body);
        assert_eq!(answer.json()?, said_by(Release::Two, *id, row), "as it was written last");
    }
    let counted = open(url)?.query("SELECT count(*) FROM email", &[])?;
    assert_eq!(counted, [[Some(rows.len().to_string())]], "no row is lost, and none came of itself");
    last.stop()
}

/// Waits until so many revisions are on the ledger as done. Each is there once, whoever asked for it.
fn until_applied(url: &str, revisions: usize) -> Result<()> {
    let begun = Instant::now();
    loop {
        let ledger = ledger::read(&mut *open(url)?).context("the ledger")?;
        let done = ledger.events.iter().filter(|event| event.outcome == Outcome::Done);
        let done: Vec<String> = done.map(|event| event.revision.to_string()).collect();
        let different: BTreeSet<&String> = done.iter().collect();
        ensure!(different.len() == done.len() && done.len() <= revisions, "{done:?}");
        if done.len() == revisions && ledger.unfinished().is_none() {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "{done:?} of {revisions}");
        sleep(Duration::from_millis(20));
    }
}
