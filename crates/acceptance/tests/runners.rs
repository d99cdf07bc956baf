//! Law 5: however many runners start at once, each statement takes effect once and all end well.

use std::path::Path;
use std::sync::Barrier;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use whimbrel_acceptance::database::{self, Database, Ground, Journal};
use whimbrel_frontends::revision;
use whimbrel_plan::history::{History, Target};
use whimbrel_run::apply::{self, Options};
use whimbrel_run::{Actor, Driver};

const RUNNERS: usize = 10;

/// Each revision counts itself, so that one which took effect twice shows. The last one is data alone: no second
/// CREATE TABLE would stop it from running again.
fn history() -> Result<History> {
    let mut revisions = Vec::new();
    let create = "CREATE TABLE tally (number integer NOT NULL)";
    for number in 0..12 {
        let parent = if number == 0 { "none".to_owned() } else { format!("{:012x}", number - 1) };
        let statements = match number {
            0 => vec![create.to_owned(), "INSERT INTO tally VALUES (0)".to_owned()],
            _ if number % 3 == 0 => vec![format!("INSERT INTO tally VALUES ({number})")],
            _ => vec![
                format!("CREATE TABLE thing_{number} (id integer PRIMARY KEY)"),
                format!("INSERT INTO tally VALUES ({number})"),
            ],
        };
        let text = format!(
            "-- revision: {number:012x}\n-- parents:  {parent}\n-- message:  number {number}\n\n-- upgrade\n{};\n\n\
             -- downgrade\nDELETE FROM tally WHERE number = {number};\n",
            statements.join(";\n")
        );
        let read = revision::read(&text, Path::new("revision.sql"));
        revisions.push(read.map_err(|problems| anyhow!("{problems:?}"))?);
    }
    History::new(revisions).map_err(|errors| anyhow!("{errors:?}"))
}

fn upgrade(driver: &mut dyn Driver, history: &History) -> Result<usize> {
    let options = Options::new(Actor::here("test"));
    let report = apply::upgrade(driver, history, &Target::Head, &options, &mut |_| {})?;
    Ok(report.done.len())
}

/// All at once from the same moment, each with a connection of its own; then once more, to find nothing to do.
fn runners(mut database: Database) -> Result<()> {
    let history = history()?;
    for round in 0..2 {
        let barrier = Barrier::new(RUNNERS);
        let outcomes: Vec<Result<usize>> = thread::scope(|scope| {
            let runner = || -> Result<usize> {
                let connection = database::open(&database.url);
                barrier.wait();
                upgrade(connection?.as_mut(), &history)
            };
            let handles: Vec<_> = (0..RUNNERS).map(|_| scope.spawn(runner)).collect();
            handles.into_iter().map(|handle| handle.join().map_err(|_| anyhow!("a runner panicked"))?).collect()
        });
        let mut done = 0;
        for outcome in outcomes {
            done += outcome.with_context(|| format!("round {round}: a runner did not end well"))?;
        }
        let expected = if round == 0 { history.len() } else { 0 };
        ensure!(done == expected, "round {round}: {done} revisions were applied, {expected} were to be");
    }
    let rows = database.driver.query("SELECT count(*), count(DISTINCT number) FROM tally", &[])?;
    let twelve = Some("12".to_owned());
    ensure!(rows == [[twelve.clone(), twelve]], "each statement takes effect once: {rows:?}");
    Ok(())
}

#[test]
fn ten_runners_on_sqlite_with_a_rollback_journal() -> Result<()> {
    (0..5).try_for_each(|_| runners(database::SQLITE.sqlite(Journal::Rollback)?))
}

#[test]
fn ten_runners_on_sqlite_with_a_wal() -> Result<()> {
    (0..5).try_for_each(|_| runners(database::SQLITE.sqlite(Journal::Wal)?))
}

#[test]
fn ten_runners_on_postgres() -> Result<()> {
    let five = |ground: Ground| (0..5).try_for_each(|_| runners(ground.database()?));
    database::postgres()?.into_iter().try_for_each(five)
}
