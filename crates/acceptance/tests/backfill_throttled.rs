//! What slows batches down on PostgreSQL: a replica that lags, writers that wait.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::project::{On, Project};
use whimbrel_acceptance::server::{self, Options as ServerOptions, Server};
use whimbrel_run::Event;
use whimbrel_run::apply::{self, Options};
use whimbrel_run::backfill::{self, Doing};

fn prepared(project: &Project, rows: u32, update: &str) -> Result<()> {
    let fill = format!(
        "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);\n\
         INSERT INTO t SELECT n, n, 0 FROM generate_series(1, {rows}) AS n;\nANALYZE t;"
    );
    project.revision("a1", "none", &fill, "-- nothing to do")?;
    project.upgrade("a1")??;
    project.revision("b2", "a1", &format!("-- backfill\n{update};"), "-- nothing to do")?;
    Ok(())
}

fn run(project: &Project, options: &Options, listen: &mut dyn FnMut(Event<'_>)) -> Result<()> {
    apply::upgrade(&mut *project.connect()?, &project.history()?, &"head".parse()?, options, listen)?;
    Ok(())
}

fn wait_for(what: &str, mut there: impl FnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !there()? {
        ensure!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Real lag of a real replica: its replay is paused while batches run, so that they stop; resumed, they go on.
#[test]
fn a_replica_that_lags_holds_the_batches_until_it_has_caught_up() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let mut primary = Server::start(None)?;
    let settings = vec![("wal_receiver_status_interval".to_string(), "1".to_string())];
    let replica = primary.replica(&ServerOptions { durable: false, settings })?;
    for jobs in [1, 2] {
        let project = Project::within(&primary)?;
        prepared(&project, 40_000, "UPDATE t SET b = a")?;
        let url = replica.url(Server::database_of(&project.url));
        wait_for("the database on the replica", || Ok(open(&url).is_ok()))?;
        let mut beside = open(&url)?;
        let mut there = |query: &str| -> Result<String> {
            let rows = beside.query(query, &[])?;
            rows.into_iter().flatten().flatten().next().context("no answer")
        };
        let copied = "SELECT count(*) FROM pg_class WHERE relname = 't' AND relkind = 'r'";
        wait_for("the table on the replica", || Ok(there(copied)? == "1"))?;
        let mut options = project.options();
        options.backfill.rows = Some(200);
        // Long enough for the replica to be behind before the last batch, however fast the machine.
        options.backfill.pause = Some(Duration::from_millis(20) * u32::try_from(jobs)?);
        options.backfill.lag = Duration::from_secs(1);
        options.backfill.jobs = jobs;
        there("SELECT 'paused' FROM pg_wal_replay_pause()")?;
        let (mut held, mut behind, mut status) = (Vec::new(), None, None);
        run(&project, &options, &mut |event| {
            let Event::Backfill { progress } = event else { return };
            let Doing::Waiting { why } = &progress.doing else { return };
            held.push(progress.changed);
            if held.len() == 4 {
                behind = Some(why.clone());
                status = backfill::read(&mut *project.connect().unwrap()).unwrap().pop().unwrap().waits;
                assert_eq!(there("SELECT count(*) FROM t WHERE b <> 0").unwrap(), "0", "the replica replays");
                there("SELECT 'resumed' FROM pg_wal_replay_resume()").unwrap();
            }
        })?;
        let behind = behind.with_context(|| format!("{jobs} jobs: never held, {held:?}"))?;
        ensure!(behind.starts_with("a replica is ") && behind.ends_with(" s behind, 1 s are allowed"), "{behind}");
        ensure!(status.is_some_and(|status| status.starts_with("a replica is ")), "the status does not say why");
        // A batch that ran already ends; no other begins.
        ensure!(held[0] > 0 && held[1] == held[3] && held[3] < 40_000, "{jobs} jobs: {held:?}");
        ensure!(project.value("SELECT count(*) FROM t WHERE b = a")? == "40000");
        let last = backfill::read(&mut *project.connect()?)?.pop().context("no checkpoint")?;
        ensure!(last.waits.is_none(), "{last:?}");
        wait_for("the rows on the replica", || Ok(there("SELECT count(*) FROM t WHERE b = a")? == "40000"))?;
    }
    whoever_may_not_see_the_replica_is_told(&primary)
}

fn whoever_may_not_see_the_replica_is_told(primary: &Server) -> Result<()> {
    let mut project = Project::within(primary)?;
    project.sql("CREATE ROLE app LOGIN")?;
    project.sql(&format!("ALTER DATABASE {} OWNER TO app", Server::database_of(&project.url)))?;
    project.sql("ALTER SCHEMA public OWNER TO app")?;
    project.url = project.url.replacen("postgres@", "app@", 1);
    prepared(&project, 10, "UPDATE t SET b = a")?;
    let mut told = Vec::new();
    run(&project, &project.options(), &mut |event| {
        if let Event::Notice { text } = event {
            told.push(text.to_string());
        }
    })?;
    let told: Vec<&String> = told.iter().filter(|text| text.contains("GRANT pg_monitor TO \"app\"")).collect();
    ensure!(told.len() == 1 && told[0].starts_with("warning: there are replicas, and `app` may not see"), "{told:?}");
    Ok(())
}

/// Batches have as many rows as they may while nobody waits for them, and fewer when somebody does.
#[test]
fn writers_that_wait_make_batches_smaller() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let smallest = |writers: bool| -> Result<u64> {
        let project = Project::new(On::Postgres)?;
        // A row takes a millisecond, so that a batch is under way for long enough to be waited for.
        let rows = if writers { 1_800 } else { 800 };
        prepared(&project, rows, "UPDATE t SET b = a + length(pg_sleep(0.001)::text)")?;
        let mut options = project.options();
        options.backfill.rows = Some(400);
        // However long it takes: only who waits counts.
        options.backfill.target = Some(Duration::from_secs(60));
        options.backfill.pause = Some(Duration::ZERO);
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| -> Result<u64> {
            for writer in 0..if writers { 4 } else { 0 } {
                let (project, over) = (&project, &over);
                scope.spawn(move || {
                    let mut driver = project.connect().unwrap();
                    let mut row = writer * 400;
                    while !over.load(Ordering::Relaxed) {
                        row = (row + 37) % rows;
                        driver.execute(&format!("UPDATE t SET a = a WHERE id = {}", row + 1)).unwrap();
                    }
                });
            }
            let mut smallest = u64::MAX;
            let ran = run(&project, &options, &mut |event| {
                if let Event::Backfill { progress } = event
                    && progress.doing == Doing::Changing
                    && progress.batches > 0
                {
                    let found = backfill::read(&mut *project.connect().unwrap()).unwrap();
                    smallest = smallest.min(found[0].batch_rows);
                }
            });
            over.store(true, Ordering::Relaxed);
            ran?;
            ensure!(project.value("SELECT count(*) FROM t WHERE b >= a AND b > 0")? == rows.to_string());
            Ok(smallest)
        })
    };
    let alone = smallest(false)?;
    ensure!(alone == 400, "{alone} rows with nobody else there");
    let beside = smallest(true)?;
    ensure!(beside <= 200, "{beside} rows with writers waiting");
    Ok(())
}
