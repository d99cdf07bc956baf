//! Updates in batches end where one statement ends, whatever the key.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::project::{On, Project};
use whimbrel_acceptance::server;
use whimbrel_run::apply::Options;
use whimbrel_run::backfill::{self, Checkpoint, State};

#[path = "backfill/cases.rs"]
mod cases;

use cases::{CASES, Case, Engines};

fn small(project: &Project) -> Options {
    let mut options = project.options();
    options.backfill.rows = Some(7);
    options.backfill.pause = Some(Duration::ZERO);
    options
}

fn content(project: &Project, query: &str) -> Result<Vec<Vec<Option<String>>>> {
    let mut rows = project.rows(query)?;
    rows.sort();
    Ok(rows)
}

fn only(project: &Project) -> Result<Checkpoint> {
    let mut found = backfill::read(&mut *project.connect()?)?;
    ensure!(found.len() == 1, "{found:?}");
    found.pop().context("no checkpoint")
}

/// Keys by which a table is cut into parts in ways of their own.
const ALSO_SIDE_BY_SIDE: [&str; 5] = [
    "a composite key of two types",
    "moments, numbers, bytes and an enum together",
    "no key at all",
    "partitions",
    "what is made of itself is made once",
];

fn run(case: &Case, on: On, jobs: u64) -> Result<()> {
    let whole = Project::new(on)?;
    whole.revision("a1", "none", case.before, "-- nothing to do")?;
    whole.revision("b2", "a1", &format!("{};", case.update), "-- nothing to do")?;
    whole.upgrade("head")??;
    let batched = Project::new(on)?;
    batched.revision("a1", "none", case.before, "-- nothing to do")?;
    batched.revision("b2", "a1", &format!("-- backfill\n{};", case.update), "-- nothing to do")?;
    batched.upgrade("a1")??;
    let untouched = content(&batched, case.read)?;
    let mut options = small(&batched);
    options.backfill.jobs = jobs;
    let report = batched.upgrade_with("head", &options)??;
    let (one, many) = (content(&whole, case.read)?, content(&batched, case.read)?);
    ensure!(one != untouched, "the UPDATE changes nothing: this shows nothing");
    ensure!(one == many, "one statement:\n{one:?}\nbatches:\n{many:?}");
    let checkpoint = only(&batched)?;
    ensure!(checkpoint.state == State::Done && checkpoint.proof == case.proof, "{checkpoint:?}");
    ensure!(checkpoint.batches >= 4, "one batch shows nothing: {checkpoint:?}");
    ensure!(checkpoint.proof == "once" || checkpoint.left == Some(0), "{checkpoint:?}");
    ensure!(report.done.last().unwrap().rows == checkpoint.changed);
    ensure!(batched.applied()? == ["a1", "b2"]);
    Ok(())
}

#[test]
fn sqlite_batches_end_as_one_statement() -> Result<()> {
    for case in CASES.iter().filter(|case| case.on != Engines::Postgres) {
        run(case, On::Sqlite, 1).context(case.name)?;
    }
    Ok(())
}

#[test]
fn postgres_batches_end_as_one_statement() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    for case in CASES.iter().filter(|case| case.on != Engines::Sqlite) {
        run(case, On::Postgres, 1).context(case.name)?;
    }
    let all = std::env::var_os("WHIMBREL_LONG").is_some();
    let chosen = |case: &&Case| case.on != Engines::Sqlite && (all || ALSO_SIDE_BY_SIDE.contains(&case.name));
    let chosen: Vec<&Case> = CASES.iter().filter(chosen).collect();
    ensure!(chosen.len() >= ALSO_SIDE_BY_SIDE.len(), "a case has another name now");
    for case in chosen {
        run(case, On::Postgres, 3).with_context(|| format!("{}, on three connections", case.name))?;
    }
    Ok(())
}

/// What is refused once the table is known, and that nothing was changed by it.
#[test]
fn what_has_no_key_or_changes_it_is_refused() -> Result<()> {
    let cases = [
        (
            Engines::Both,
            "CREATE TABLE t (id integer PRIMARY KEY, v integer)",
            "UPDATE t SET id = id + 1000",
            "changes `id`, the key",
        ),
        (Engines::Postgres, "CREATE TABLE t (v integer)", "UPDATE t SET v = v + 1", "has no key"),
        (Engines::Postgres, "CREATE TABLE t (v integer) PARTITION BY LIST (v)", "UPDATE t SET v = 1", "has no key"),
        (
            Engines::Both,
            "CREATE TABLE t (id integer PRIMARY KEY, v integer, w integer)",
            "UPDATE t SET v = (SELECT max(o.v) FROM t AS o)",
            "reads `v` of other rows of `t`",
        ),
        (
            Engines::Sqlite,
            "CREATE TABLE t (id integer PRIMARY KEY, v integer)",
            "UPDATE OR IGNORE t SET v = 1",
            "decides row by row",
        ),
        (
            Engines::Both,
            "CREATE TABLE t (id integer PRIMARY KEY, v integer); CREATE TABLE u (v integer)",
            "UPDATE t SET v = u.v FROM u",
            "no WHERE says",
        ),
        (
            Engines::Both,
            "CREATE TABLE base (id integer PRIMARY KEY, v integer); CREATE VIEW t AS SELECT * FROM base",
            "UPDATE t SET v = 1",
            "is no table",
        ),
    ];
    for (engines, before, update, why) in cases {
        for on in engines.list() {
            let project = Project::new(on)?;
            project.revision("a1", "none", &format!("{before};"), "-- nothing to do")?;
            project.revision("b2", "a1", &format!("-- backfill\n{update};"), "-- nothing to do")?;
            let error = project.upgrade("head")?.unwrap_err();
            let text = error.to_string();
            ensure!(text.contains(why), "{update}: {text}");
            ensure!(!error.next("whimbrel upgrade head").is_empty());
        }
    }
    Ok(())
}
