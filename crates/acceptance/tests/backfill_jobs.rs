//! Batches on several connections: each row once whoever is killed, whatever the number of connections from run to run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, ensure};
use whimbrel_acceptance::project::{self, JOBS, On, Project};
use whimbrel_acceptance::{server, written_beside};
use whimbrel_run::apply::{self, ApplyError, Failure, Options, Report};
use whimbrel_run::backfill::{self, Doing, State};
use whimbrel_run::{Actor, Event};

#[test]
fn runner() {
    project::be_a_runner();
}

/// None where there is no server and nobody promised one.
fn on_postgres() -> Result<Option<Project>> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(None);
    }
    Ok(Some(Project::new(On::Postgres)?))
}

const KEYS: [(&str, &str, &str); 3] = [
    ("id integer PRIMARY KEY", "n", "a = a + 1"),
    ("id uuid PRIMARY KEY", "md5(n::text)::uuid", "a = a + 1"),
    // Without a key rows are told apart by what they have, so that the same may be said of them twice.
    ("id integer", "n", "a = id + 1"),
];

/// A table of so many rows under one of the keys, in which every row that was left out or changed twice can be seen.
fn prepared(project: &Project, key: (&str, &str, &str), rows: u32) -> Result<()> {
    let (column, value, set) = key;
    let fill = format!(
        "CREATE TABLE t ({column}, was integer, a integer);\n\
         INSERT INTO t SELECT {value}, n, n FROM generate_series(1, {rows}) AS n;\nANALYZE t;"
    );
    project.revision("a1", "none", &fill, "-- nothing to do")?;
    project.upgrade("a1")??;
    project.revision("b2", "a1", &format!("-- backfill\nUPDATE t SET {set};"), "-- nothing to do")?;
    Ok(())
}

fn of_jobs(project: &Project, jobs: u64) -> Options {
    let mut options = project.options();
    options.backfill.rows = Some(50);
    options.backfill.pause = Some(Duration::ZERO);
    options.backfill.jobs = jobs;
    options
}

fn run(project: &Project, options: &Options, listen: &mut dyn FnMut(Event<'_>)) -> Result<Result<Report, ApplyError>> {
    Ok(apply::upgrade(&mut *project.connect()?, &project.history()?, &"head".parse()?, options, listen))
}

fn parts(project: &Project) -> Result<(u64, u64)> {
    let there = project.value("SELECT count(*) FROM pg_class WHERE relname = 'whimbrel_backfill_stretch'")?;
    if there == "0" {
        return Ok((0, 0));
    }
    let count =
        |done: u8| project.value(&format!("SELECT count(*) FROM whimbrel_backfill_stretch WHERE done = {done}"));
    Ok((count(0)?.parse()?, count(1)?.parse()?))
}

fn each_row_once(project: &Project, rows: u32) -> Result<()> {
    let wrong = project.value("SELECT count(*) FROM t WHERE a IS DISTINCT FROM was + 1")?;
    ensure!(wrong == "0", "{wrong} rows are wrong");
    ensure!(project.value("SELECT count(*) FROM t")? == rows.to_string());
    ensure!(project.applied()? == ["a1", "b2"]);
    ensure!(parts(project)? == (0, 0), "parts were left behind");
    let found = backfill::read(&mut *project.connect()?)?;
    ensure!(found.len() == 1 && found[0].state == State::Done && found[0].changed == u64::from(rows), "{found:?}");
    Ok(())
}

#[test]
fn several_connections_change_each_row_once() -> Result<()> {
    // Enough of them that a busy machine has all connections at work before the last batch.
    let rows = 40_000;
    for key in KEYS {
        let Some(project) = on_postgres()? else { return Ok(()) };
        prepared(&project, key, rows)?;
        let (mut most, mut sessions) = (0, 0);
        run(&project, &of_jobs(&project, 4), &mut |event| {
            let Event::Backfill { progress } = event else { return };
            if progress.doing == Doing::Changing {
                let (open, done) = parts(&project).unwrap();
                most = most.max(open + done);
                let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> \
                              pg_backend_pid()";
                sessions = sessions.max(project.value(others).unwrap().parse::<u32>().unwrap());
            }
        })??;
        ensure!(most >= 8 && sessions >= 3, "{key:?}: {most} parts, {sessions} sessions: this shows nothing");
        each_row_once(&project, rows)?;
    }
    Ok(())
}

/// From run to run there are more connections or fewer, and each run is killed before it is through.
#[test]
fn killed_anywhere_with_another_number_of_connections_each_row_is_changed_once() -> Result<()> {
    let kills = std::env::var("WHIMBREL_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    for seed in 1..=kills {
        let Some(project) = on_postgres()? else { return Ok(()) };
        let mut random = whimbrel_acceptance::draw::Draw::new(seed);
        let rows = 60_000;
        prepared(&project, KEYS[seed as usize % 2], rows)?;
        let (mut within, mut cut) = (0, 0);
        loop {
            let jobs = [4, 1, 8, 2][within % 4];
            let mut runner = project.runner("head")?.env(JOBS, jobs.to_string()).spawn()?;
            sleep(Duration::from_millis(60 + random.number() % 120));
            let _ = runner.kill();
            if runner.wait()?.success() {
                break;
            }
            let running = backfill::read(&mut *project.connect()?)?;
            let under_way = running.iter().any(|one| one.state == State::Running && one.changed > 0);
            within += usize::from(under_way);
            cut += u32::from(parts(&project)?.0 > 0);
            ensure!(within < 300, "seed {seed}: it never gets through");
        }
        ensure!(within > 1 && cut > 1, "seed {seed}: killed {within} times within the batches, {cut} within parts");
        each_row_once(&project, rows).map_err(|error| error.context(format!("seed {seed}, {within} kills")))?;
    }
    Ok(())
}

#[test]
fn a_connection_that_is_terminated_ends_the_run_and_the_next_goes_on() -> Result<()> {
    let Some(project) = on_postgres()? else { return Ok(()) };
    let rows = 40_000;
    prepared(&project, KEYS[0], rows)?;
    let over = AtomicBool::new(false);
    let mut lost = 0;
    std::thread::scope(|scope| -> Result<()> {
        let (project, over) = (&project, &over);
        scope.spawn(move || {
            let mut driver = project.connect().unwrap();
            // So many times at most, so that a run gets through at last.
            for _ in 0..5 {
                sleep(Duration::from_millis(60));
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let one = "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = \
                           current_database() AND query LIKE '%UPDATE t%' AND pid <> pg_backend_pid() LIMIT 1) AS one";
                let _ = driver.query(one, &[]);
            }
        });
        let mut ended = run(project, &of_jobs(project, 3), &mut |_| {})?;
        while let Err(error) = &ended {
            ensure!(matches!(&*error.failure, Failure::Lost { .. }), "{error}");
            lost += 1;
            ended = run(project, &of_jobs(project, 3), &mut |_| {})?;
        }
        over.store(true, Ordering::Relaxed);
        Ok(())
    })?;
    ensure!(lost > 0, "no connection was lost: this shows nothing");
    each_row_once(&project, rows)
}

/// A pause, a request to stop and a batch that fails are heard by all of them.
#[test]
fn all_connections_heed_a_pause_a_stop_and_a_failure() -> Result<()> {
    let Some(project) = on_postgres()? else { return Ok(()) };
    prepared(&project, KEYS[0], 20_000)?;
    let actor = Actor { who: "ada@desk".into(), pid: 1, version: "0.0.0".into(), deploy: None };
    let mut options = of_jobs(&project, 3);
    options.backfill.pause = Some(Duration::from_millis(2));
    let stop = options.stop.clone();
    let changed = || project.value("SELECT count(*) FROM t WHERE a <> was").unwrap();
    let (mut asked, mut still) = (false, None);
    let error = run(&project, &options, &mut |event| {
        let Event::Backfill { progress } = event else { return };
        if !asked && progress.changed > 0 {
            asked = backfill::ask(&mut *project.connect().unwrap(), Some(&actor)).unwrap() == 1;
        }
        if progress.doing == (Doing::Paused { by: "ada@desk".into() }) {
            // Those that run end first.
            sleep(Duration::from_millis(200));
            let before = changed();
            sleep(Duration::from_millis(300));
            still = Some((before, changed()));
            stop.store(true, Ordering::Relaxed);
        }
    })?
    .unwrap_err();
    ensure!(matches!(&*error.failure, Failure::Stopped), "{error}");
    let (before, after) = still.expect("it was never paused");
    ensure!(before == after && before != "0" && before != "20000", "{before}, then {after}");
    backfill::ask(&mut *project.connect()?, None)?;
    run(&project, &of_jobs(&project, 3), &mut |_| {})??;
    each_row_once(&project, 20_000)?;

    let Some(project) = on_postgres()? else { return Ok(()) };
    prepared(&project, ("id integer PRIMARY KEY", "n", "a = was + 1 + 0 / (id - 7000)"), 10_000)?;
    let error = run(&project, &of_jobs(&project, 3), &mut |_| {})?.unwrap_err();
    ensure!(matches!(&*error.failure, Failure::Statement(_)), "{error}");
    ensure!(parts(&project)?.0 > 0, "the parts are gone");
    // Other words begin anew, and nothing is left of the parts of the old ones.
    project.revision("b2", "a1", "-- backfill\nUPDATE t SET a = was + 1;", "-- nothing to do")?;
    run(&project, &of_jobs(&project, 2), &mut |_| {})??;
    let wrong = project.value("SELECT count(*) FROM t WHERE a <> was + 1")?;
    ensure!(wrong == "0" && parts(&project)? == (0, 0), "{wrong} rows are wrong");
    Ok(())
}

#[test]
fn where_one_connection_has_to_do_it_that_is_said() -> Result<()> {
    let said = |project: &Project| -> Result<Vec<String>> {
        let mut said = Vec::new();
        run(project, &of_jobs(project, 4), &mut |event| {
            if let Event::FewerJobs { jobs, of, why } = event {
                said.push(format!("{jobs} of {of}: {why}"));
            }
        })??;
        Ok(said)
    };
    let project = Project::new(On::Sqlite)?;
    let fill = "CREATE TABLE t (id integer PRIMARY KEY, a integer);\nINSERT INTO t VALUES (1, 0), (2, 0);";
    project.revision("a1", "none", fill, "-- nothing to do")?;
    project.revision("b2", "a1", "-- backfill\nUPDATE t SET a = 1;", "-- nothing to do")?;
    assert_eq!(said(&project)?, ["1 of 4: this engine lets one connection write at a time"]);

    let Some(project) = on_postgres()? else { return Ok(()) };
    prepared(&project, KEYS[0], 2_000)?;
    let update = "SET search_path = public;\n-- backfill\nUPDATE t SET a = a + 1;";
    project.revision("b2", "a1", update, "-- nothing to do")?;
    assert_eq!(said(&project)?, ["1 of 4: the statements before it set up their own session"]);
    each_row_once(&project, 2_000)
}

/// What others write meanwhile, before the batches and behind them, is as the rule says at the end.
#[test]
fn rows_that_are_written_beside_several_connections_are_found() -> Result<()> {
    let Some(project) = on_postgres()? else { return Ok(()) };
    prepared(&project, ("id integer PRIMARY KEY", "n", "a = was * 2"), 10_000)?;
    written_beside::upgrade(&project, &of_jobs(&project, 3), Duration::from_millis(2), |driver, written| {
        driver.execute(&format!("INSERT INTO t VALUES (-{written}, {written}, 0)"))?;
        driver.execute(&format!("UPDATE t SET was = was + 1 WHERE id = {}", written * 7 % 10_000 + 1))?;
        Ok(())
    })?;
    let wrong = project.value("SELECT count(*) FROM t WHERE a IS DISTINCT FROM was * 2")?;
    ensure!(wrong == "0" && parts(&project)? == (0, 0), "{wrong} rows are wrong");
    Ok(())
}

/// One UPDATE of every row makes a table twice its size. With `WHIMBREL_LONG`, of two million rows; of fewer, what is
/// under way while room is made, and that depends on who gets the processor, is a larger share.
#[test]
fn the_table_stays_about_its_size() -> Result<()> {
    let long = std::env::var_os("WHIMBREL_LONG").is_some();
    let (rows, jobs, most) = if long { (2_000_000, &[1, 3][..], 1.2) } else { (260_000, &[3][..], 1.4) };
    for jobs in jobs.iter().copied() {
        let Some(project) = on_postgres()? else { return Ok(()) };
        prepared(&project, KEYS[0], rows)?;
        project.sql("VACUUM t")?;
        let size = || -> Result<f64> { Ok(project.value("SELECT pg_relation_size('t')")?.parse()?) };
        let before = size()?;
        let mut options = project.options();
        options.backfill.jobs = jobs;
        // What is under way when room has to be made comes on top, and is to be the share that it is of a large table.
        options.backfill.rows = Some(u64::from(rows) / 200);
        run(&project, &options, &mut |_| {})??;
        each_row_once(&project, rows)?;
        let grown = size()? / before;
        ensure!((1.0..=most).contains(&grown), "{jobs} jobs: {grown:.2} times its size");
        if long {
            println!("{rows} rows, {jobs} jobs: {grown:.2} times its size");
        }
    }
    Ok(())
}
