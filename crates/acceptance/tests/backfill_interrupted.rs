//! Batches that are killed, stopped, paused or in somebody's way, and what the next run makes of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, ensure};
use whimbrel_acceptance::draw::Draw;
use whimbrel_acceptance::project::{self, On, Project, on_each_engine};
use whimbrel_acceptance::{server, written_beside};
use whimbrel_run::apply::{self, ApplyError, Failure, Options, Refusal, Report};
use whimbrel_run::backfill::{self, BackfillFailure, Doing, State};
use whimbrel_run::event::Found;
use whimbrel_run::{Actor, Event};

#[test]
fn runner() {
    project::be_a_runner();
}

/// A table of so many rows and one UPDATE in batches over it.
fn prepared(project: &Project, rows: u32, update: &str) -> Result<()> {
    let fill = format!(
        "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);\nINSERT INTO t WITH RECURSIVE c (n) AS \
         (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows}) SELECT n, n, NULL FROM c;"
    );
    project.revision("a1", "none", &fill, "-- nothing to do")?;
    project.upgrade("a1")??;
    with(project, update)
}

fn with(project: &Project, update: &str) -> Result<()> {
    project.revision("b2", "a1", &format!("-- backfill\n{update};"), "-- nothing to do")?;
    Ok(())
}

fn small(project: &Project) -> Options {
    let mut options = project.options();
    options.backfill.rows = Some(20);
    options.backfill.pause = Some(Duration::ZERO);
    options
}

fn run(project: &Project, options: &Options, listen: &mut dyn FnMut(Event<'_>)) -> Result<Result<Report, ApplyError>> {
    let target = "head".parse()?;
    Ok(apply::upgrade(&mut *project.connect()?, &project.history()?, &target, options, listen))
}

/// As many runs as `WHIMBREL_KILLS` says, or as many as every run of the tests can afford.
fn seeds() -> Vec<u64> {
    let kills = std::env::var("WHIMBREL_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    (1..=kills).collect()
}

/// Each row exactly once: `a = a + 1` shows every batch that was skipped, and every one that was run twice.
#[test]
fn killed_anywhere_each_row_is_changed_exactly_once() -> Result<()> {
    for seed in seeds() {
        on_each_engine(|project| {
            prepared(&project, 150_000, "UPDATE t SET a = a + 1")?;
            let mut random = Draw::new(seed);
            let mut within = 0;
            loop {
                let mut runner = project.runner("head")?.spawn()?;
                sleep(Duration::from_millis(30 + random.number() % 200));
                let _ = runner.kill();
                if runner.wait()?.success() {
                    break;
                }
                let running = backfill::read(&mut *project.connect()?)?;
                within += u32::from(running.iter().any(|one| one.state == State::Running && one.batches > 0));
                ensure!(within < 200, "seed {seed}: it never gets through");
            }
            let wrong = project.value("SELECT count(*) FROM t WHERE a <> id + 1")?;
            ensure!(wrong == "0", "seed {seed}: {wrong} rows are wrong after {within} kills within the batches");
            ensure!(within > 0, "seed {seed}: it was never killed within the batches: this shows nothing");
            ensure!(project.applied()? == ["a1", "b2"]);
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_backend_that_is_terminated_loses_nothing() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    for seed in seeds() {
        let project = Project::new(On::Postgres)?;
        prepared(&project, 20_000, "UPDATE t SET a = a + 1")?;
        let mut random = Draw::new(seed);
        let (mut lost, over) = (0, AtomicBool::new(false));
        std::thread::scope(|scope| -> Result<()> {
            let (project, over) = (&project, &over);
            scope.spawn(move || {
                let mut driver = project.connect().unwrap();
                for _ in 0..TERMINATED {
                    sleep(Duration::from_millis(40 + random.number() % 120));
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let _ = driver.query(
                        "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                         WHERE d.datname = current_database() AND l.locktype = 'advisory'",
                        &[],
                    );
                }
            });
            let mut ended = run(project, &small(project), &mut |_| {});
            while let Ok(Err(error)) = &ended {
                ensure!(matches!(&*error.failure, Failure::Lost { .. }), "seed {seed}: {error}");
                lost += 1;
                ended = run(project, &small(project), &mut |_| {});
            }
            over.store(true, Ordering::Relaxed);
            ended??;
            Ok(())
        })?;
        let wrong = project.value("SELECT count(*) FROM t WHERE a <> id + 1")?;
        ensure!(wrong == "0", "seed {seed}: {wrong} rows are wrong after {lost} lost connections");
        ensure!(lost > 0, "seed {seed}: no connection was lost: this shows nothing");
    }
    Ok(())
}

/// So many times at most, so that a run gets through at last.
const TERMINATED: u32 = 10;

#[test]
fn what_others_write_behind_the_batches_is_found_before_the_end() -> Result<()> {
    on_each_engine(|project| {
        prepared(&project, 3_000, "UPDATE t SET b = a * 2")?;
        let mut options = small(&project);
        // The writer needs some time beside the batches.
        options.backfill.pause = Some(Duration::from_millis(3));
        written_beside::upgrade(&project, &options, Duration::from_millis(3), |driver, written| {
            driver.execute(&format!("INSERT INTO t VALUES (-{written}, {written}, NULL)"))?;
            driver.execute(&format!("UPDATE t SET a = a + 1 WHERE id = {}", written % 3_000 + 1))?;
            Ok(())
        })?;
        let wrong = project.value("SELECT count(*) FROM t WHERE b IS NULL OR b <> a * 2")?;
        ensure!(wrong == "0", "{wrong} rows are wrong");
        Ok(())
    })
}

#[test]
fn what_makes_rows_again_and_again_is_told() -> Result<()> {
    on_each_engine(|project| {
        prepared(&project, 100, "UPDATE t SET b = 1")?;
        match project.on {
            On::Sqlite | On::SqliteWal => project.sql(
                "CREATE TRIGGER undo AFTER UPDATE ON t BEGIN UPDATE t SET b = NULL WHERE id = new.id AND id <= 3; END",
            )?,
            On::Postgres => {
                project.sql(
                    "CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.id <= 3 THEN \
                     new.b = NULL; END IF; RETURN new; END $$",
                )?;
                project.sql("CREATE TRIGGER undo BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION undo()")?;
            }
        }
        let options = Options { accept_drift: Some("the trigger".into()), ..small(&project) };
        let error = run(&project, &options, &mut |_| {})?.unwrap_err();
        let Failure::Backfill(failure) = &*error.failure else { panic!("{error:?}") };
        assert!(matches!(**failure, BackfillFailure::Unending { left: 3, .. }), "{failure}");
        assert_eq!(error.exit_status(), 5);
        assert!(error.next("whimbrel upgrade head")[0].contains("a trigger"));
        project.sql(if project.on == On::Postgres { "DROP TRIGGER undo ON t" } else { "DROP TRIGGER undo" })?;
        run(&project, &options, &mut |_| {})??;
        assert_eq!(project.value("SELECT count(*) FROM t WHERE b = 1")?, "100");
        Ok(())
    })
}

#[test]
fn a_stop_is_heard_between_batches_and_the_next_run_goes_on_there() -> Result<()> {
    on_each_engine(|project| {
        prepared(&project, 1_000, "UPDATE t SET a = a + 1")?;
        let options = small(&project);
        let stop = options.stop.clone();
        let mut stopped = false;
        let error = run(&project, &options, &mut |event| {
            if let Event::Backfill { progress } = event {
                stop.store(progress.batches >= 1, Ordering::Relaxed);
                stopped |= progress.doing == Doing::Stopped;
            }
        })?
        .unwrap_err();
        assert!(matches!(&*error.failure, Failure::Stopped), "{error:?}");
        assert!(stopped && error.exit_status() == 5);
        let found = backfill::read(&mut *project.connect()?)?;
        let before = found[0].changed;
        assert!(before > 0 && before < 1_000, "{found:?}");
        let mut heard = None;
        run(&project, &small(&project), &mut |event| {
            if let Event::Recovered { found: Found::Batches { changed }, .. } = event {
                heard = Some(changed);
            }
        })??;
        assert_eq!(heard, Some(before));
        assert_eq!(project.value("SELECT count(*) FROM t WHERE a = id + 1")?, "1000");
        Ok(())
    })
}

#[test]
fn a_pause_outlives_the_run_and_ends_when_somebody_says_so() -> Result<()> {
    on_each_engine(|project| {
        prepared(&project, 1_000, "UPDATE t SET a = a + 1")?;
        let actor = Actor { who: "ada@desk".into(), pid: 1, version: "0.0.0".into(), deploy: None };
        let mut options = small(&project);
        // Long enough that somebody is heard before the end.
        options.backfill.pause = Some(Duration::from_millis(20));
        let stop = options.stop.clone();
        let (mut asked, mut paused) = (false, false);
        let first = run(&project, &options, &mut |event| {
            let Event::Backfill { progress } = event else { return };
            if !asked {
                asked = backfill::ask(&mut *project.connect().unwrap(), Some(&actor)).unwrap() == 1;
            }
            if progress.doing == (Doing::Paused { by: "ada@desk".into() }) {
                paused = true;
                stop.store(true, Ordering::Relaxed);
            }
        })?;
        assert!(first.is_err() && asked && paused, "{asked} {paused}");
        let mut still = false;
        run(&project, &small(&project), &mut |event| {
            let Event::Backfill { progress } = event else { return };
            if matches!(progress.doing, Doing::Paused { .. }) && !still {
                still = true;
                backfill::ask(&mut *project.connect().unwrap(), None).unwrap();
            }
        })??;
        assert!(still);
        assert_eq!(project.value("SELECT count(*) FROM t WHERE a = id + 1")?, "1000");
        Ok(())
    })
}

#[test]
fn the_users_own_query_holds_the_batches() -> Result<()> {
    on_each_engine(|project| {
        prepared(&project, 200, "UPDATE t SET b = 5")?;
        project.sql("CREATE TABLE load (busy integer)")?;
        project.sql("INSERT INTO load VALUES (1)")?;
        let mut options = Options { accept_drift: Some("load".into()), ..small(&project) };
        options.backfill.pause_when = Some("SELECT busy = 1 FROM load".into());
        let mut waited = false;
        run(&project, &options, &mut |event| {
            let Event::Backfill { progress } = event else { return };
            if matches!(progress.doing, Doing::Waiting { .. }) && !waited {
                waited = true;
                assert_eq!(progress.batches, 0);
                project.sql("UPDATE load SET busy = 0").unwrap();
            }
        })??;
        assert!(waited);
        assert_eq!(project.value("SELECT count(*) FROM t WHERE b = 5")?, "200");

        project.revision("c3", "b2", "-- backfill\nUPDATE t SET b = 6;", "-- nothing to do")?;
        options.backfill.pause_when = Some("SELECT nonsense FROM load".into());
        let error = run(&project, &options, &mut |_| {})?.unwrap_err();
        let Failure::Backfill(failure) = &*error.failure else { panic!("{error:?}") };
        assert!(matches!(**failure, BackfillFailure::PauseQuery { .. }), "{failure}");
        Ok(())
    })
}

#[test]
fn rows_that_others_hold_are_waited_for() -> Result<()> {
    on_each_engine(|project| {
        prepared(&project, 200, "UPDATE t SET b = 5")?;
        let mut other = project.connect()?;
        let mut begun = false;
        std::thread::scope(|scope| -> Result<()> {
            other.begin()?;
            other.execute("UPDATE t SET a = 0 WHERE id = 50")?;
            // SQLite lets one write at a time, so that not even the ledger could be written meanwhile.
            let hold = Duration::from_millis(900);
            scope.spawn(move || {
                sleep(hold);
                other.commit().unwrap();
            });
            run(&project, &small(&project), &mut |event| {
                if let Event::Backfill { progress } = event {
                    begun |= matches!(progress.doing, Doing::Waiting { .. });
                }
            })??;
            Ok(())
        })?;
        assert!(begun || project.on != On::Postgres, "nobody was in the way: this shows nothing");
        assert_eq!(project.value("SELECT count(*) FROM t WHERE b = 5")?, "200");
        assert_eq!(project.value("SELECT a FROM t WHERE id = 50")?, "0");
        Ok(())
    })
}

#[test]
fn a_batch_that_fails_may_be_corrected_unless_rows_would_be_changed_twice() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let project = Project::new(On::Postgres)?;
    prepared(&project, 200, "UPDATE t SET b = 100 / (a - 150)")?;
    let error = run(&project, &small(&project), &mut |_| {})?.unwrap_err();
    assert!(matches!(&*error.failure, Failure::Statement(_)), "{error:?}");
    assert_eq!(error.exit_status(), 5);
    with(&project, "UPDATE t SET b = a + 7")?;
    run(&project, &small(&project), &mut |_| {})??;
    assert_eq!(project.value("SELECT count(*) FROM t WHERE b = a + 7")?, "200");

    let project = Project::new(On::Postgres)?;
    prepared(&project, 200, "UPDATE t SET a = a + 1 + 0 / (a - 150)")?;
    run(&project, &small(&project), &mut |_| {})?.unwrap_err();
    with(&project, "UPDATE t SET a = a + 1")?;
    let error = run(&project, &small(&project), &mut |_| {})?.unwrap_err();
    let Failure::Refused(refusal) = &*error.failure else { panic!("{error:?}") };
    assert!(matches!(**refusal, Refusal::EditedHalfWay { ordinal: 1, .. }), "{refusal}");
    Ok(())
}

#[test]
fn a_reference_to_nothing_stops_its_batch() -> Result<()> {
    on_each_engine(|project| {
        let before = "CREATE TABLE p (id integer PRIMARY KEY);\nINSERT INTO p VALUES (1);\n\
                      CREATE TABLE t (id integer PRIMARY KEY, p integer REFERENCES p (id));\n\
                      INSERT INTO t VALUES (1, NULL), (2, NULL);";
        project.revision("a1", "none", before, "-- nothing to do")?;
        with(&project, "UPDATE t SET p = id")?;
        let mut options = small(&project);
        options.backfill.rows = Some(1);
        let error = run(&project, &options, &mut |_| {})?.unwrap_err();
        assert!(matches!(&*error.failure, Failure::Statement(_)), "{error:?}");
        assert_eq!(project.value("SELECT count(*) FROM t WHERE p = 1")?, "1");
        assert_eq!(project.value("SELECT count(*) FROM t WHERE p IS NULL")?, "1");
        Ok(())
    })
}
