//! What only PostgreSQL does: indexes built concurrently, connections that go, sessions that are led astray.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use whimbrel_acceptance::project::{self, On, Project};
use whimbrel_acceptance::server;
use whimbrel_run::apply::Failure;
use whimbrel_run::event::Found;
use whimbrel_run::{DriverErrorKind, Event, ledger};

#[test]
fn runner() {
    project::be_a_runner();
}

fn on_postgres(test: impl FnOnce(Project) -> Result<()>) -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    test(Project::new(On::Postgres)?)
}

/// `email` with rows, and an index built beside them in a revision of its own.
fn indexed(project: &Project) -> Result<()> {
    let table = "CREATE TABLE email (id integer PRIMARY KEY, subject text);\n\
                 INSERT INTO email SELECT n, 's' || (n / 2) FROM generate_series(1, 1000) n;";
    project.revision("9be2", "none", table, "DROP TABLE email;")?;
    project.revision(
        "4f1c",
        "9be2",
        "CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
        "DROP INDEX CONCURRENTLY ix_email_subject;",
    )?;
    Ok(())
}

fn recovered(project: &Project) -> Result<Vec<String>> {
    let mut heard = Vec::new();
    project.upgrade_heard("head", &mut |event| match event {
        Event::Unfinished { event, done, of } => heard.push(format!("{} {done} of {of}", event.revision)),
        Event::Recovered { found: Found::InvalidIndex { index }, .. } => heard.push(format!("invalid {index}")),
        Event::Recovered { found: Found::Done, .. } => heard.push("done".to_string()),
        Event::Recovered { found: Found::Nothing, .. } => heard.push("nothing".to_string()),
        _ => {}
    })??;
    Ok(heard)
}

/// Waits until a statement with these words runs in this database, and gives the process that runs it.
fn running(project: &Project, words: &str) -> Result<String> {
    let deadline = Instant::now() + Duration::from_secs(20);
    let query = format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%{words}%' AND pid <> pg_backend_pid()"
    );
    while Instant::now() < deadline {
        if let Some(pid) = project.rows(&query)?.into_iter().flatten().flatten().next() {
            return Ok(pid);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    anyhow::bail!("`{words}` never ran")
}

#[test]
fn an_index_built_concurrently_goes_up_and_down() -> Result<()> {
    on_postgres(|project| {
        indexed(&project)?;
        project.upgrade("head")??;
        assert_eq!(
            project.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_email_subject'::regclass")?,
            "t"
        );
        let ledger = ledger::read(&mut *project.connect()?)?;
        assert_eq!(ledger.events.len(), 3, "one for the table; one that begins the index and one that ends it");
        project.downgrade("-1")??;
        assert!(project.rows("SELECT 'ix_email_subject'::regclass").is_err());
        Ok(())
    })
}

#[test]
fn an_index_left_invalid_by_a_refusal_is_dropped_and_built_again() -> Result<()> {
    on_postgres(|project| {
        indexed(&project)?;
        let unique = "CREATE UNIQUE INDEX CONCURRENTLY ix_email_subject ON email (subject);";
        project.revision("4f1c", "9be2", unique, "DROP INDEX ix_email_subject;")?;
        let error = project.upgrade("head")?.unwrap_err();
        assert_eq!(error.exit_status(), 5, "an invalid index is there now: {error}");
        assert_eq!(
            project.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_email_subject'::regclass")?,
            "f"
        );
        project.sql("UPDATE email SET subject = id::text")?;
        assert_eq!(recovered(&project)?, ["4f1c 0 of 1", "invalid ix_email_subject"]);
        assert_eq!(
            project.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_email_subject'::regclass")?,
            "t"
        );
        assert_eq!(project.applied()?, ["4f1c", "9be2"]);
        Ok(())
    })
}

#[test]
fn a_runner_killed_while_it_builds_an_index_is_finished_by_the_next() -> Result<()> {
    on_postgres(|project| {
        indexed(&project)?;
        project.upgrade("9be2")??;
        // Somebody's open transaction makes the build wait, for as long as it has to be caught in the act.
        let mut reader = project.connect()?;
        reader.begin()?;
        reader.execute("UPDATE email SET subject = subject WHERE id = 1")?;
        let mut runner = project.runner("head")?.spawn()?;
        let pid = running(&project, "CREATE INDEX CONCURRENTLY")?;
        runner.kill()?;
        runner.wait()?;
        project.value(&format!("SELECT pg_terminate_backend({pid})"))?;
        reader.rollback()?;
        let gone =
            || project.rows(&format!("SELECT 1 FROM pg_stat_activity WHERE pid = {pid}")).map(|rows| rows.is_empty());
        while !gone()? {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(recovered(&project)?, ["4f1c 0 of 1", "invalid ix_email_subject"]);
        assert_eq!(
            project.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_email_subject'::regclass")?,
            "t"
        );
        Ok(())
    })
}

#[test]
fn an_index_that_was_built_before_the_runner_died_is_found() -> Result<()> {
    on_postgres(|project| {
        indexed(&project)?;
        project.upgrade("head")??;
        project.sql("DELETE FROM whimbrel_ledger WHERE seq = 3")?;
        project.sql("UPDATE whimbrel_ledger_statement SET outcome = 'intent'")?;
        assert_eq!(recovered(&project)?, ["4f1c 0 of 1", "done"]);
        assert_eq!(project.applied()?, ["4f1c", "9be2"]);
        Ok(())
    })
}

#[test]
fn a_partition_that_was_detached_before_the_runner_died_is_not_asked_about() -> Result<()> {
    on_postgres(|project| {
        let event = "CREATE TABLE event (at integer) PARTITION BY RANGE (at);\n\
                     CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (0) TO (100);";
        project.revision("4f1c", "none", event, "DROP TABLE event;")?;
        let detach = "ALTER TABLE event DETACH PARTITION event_1 CONCURRENTLY;";
        project.revision("9be2", "4f1c", detach, "-- nothing to do")?;
        project.upgrade("head")??;
        project.sql("DELETE FROM whimbrel_ledger WHERE seq = 3")?;
        project.sql("UPDATE whimbrel_ledger_statement SET outcome = 'intent'")?;
        assert_eq!(recovered(&project)?, ["9be2 0 of 1", "done"]);
        assert_eq!(project.applied()?, ["4f1c", "9be2"]);
        // What the server leaves in the place of the bound is no drift for the run after.
        let mail = "CREATE TABLE mail (kind varchar(20)) PARTITION BY LIST (kind);\n\
                    CREATE TABLE mail_1 PARTITION OF mail FOR VALUES IN ('in', 'out', 'it''s, odd');\n\
                    CREATE TABLE mail_2 PARTITION OF mail FOR VALUES IN ('draft');\n\
                    ALTER TABLE mail DETACH PARTITION mail_1 CONCURRENTLY;\n\
                    ALTER TABLE mail DETACH PARTITION mail_2 CONCURRENTLY;";
        project.revision("c7aa", "9be2", mail, "-- nothing to do")?;
        project.upgrade("head")??;
        project.revision("d0e1", "c7aa", "CREATE TABLE later (n integer);", "DROP TABLE later;")?;
        project.upgrade("head")??;
        Ok(())
    })
}

#[test]
fn ten_runners_do_not_hold_up_the_one_that_builds_an_index() -> Result<()> {
    on_postgres(|project| {
        indexed(&project)?;
        let runners = (0..10).map(|_| Ok(project.runner("head")?.spawn()?)).collect::<Result<Vec<_>>>()?;
        for runner in runners {
            let output = runner.wait_with_output()?;
            anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert_eq!(project.applied()?, ["4f1c", "9be2"]);
        Ok(())
    })
}

#[test]
fn a_lost_connection_is_told_and_the_next_run_goes_on() -> Result<()> {
    on_postgres(|project| {
        project.revision("a1", "none", "CREATE TABLE t (a integer);", "DROP TABLE t;")?;
        project.revision("b2", "a1", "INSERT INTO t VALUES (1);\nSELECT pg_sleep(30);", "DELETE FROM t;")?;
        std::thread::scope(|scope| {
            let run = scope.spawn(|| project.upgrade("head"));
            let pid = running(&project, "SELECT pg_sleep")?;
            project.value(&format!("SELECT pg_terminate_backend({pid})"))?;
            let error = run.join().unwrap()?.unwrap_err();
            let Failure::Lost { in_doubt: false, error: lost } = &*error.failure else { panic!("{error:?}") };
            assert_eq!(lost.kind, DriverErrorKind::Lost);
            assert_eq!(error.exit_status(), 5, "a1 was applied");
            assert_eq!(error.next("whimbrel upgrade head"), ["whimbrel upgrade head"]);
            anyhow::Ok(())
        })?;
        assert_eq!(project.applied()?, ["a1"]);
        assert_eq!(project.value("SELECT count(*) FROM t")?, "0");
        project.revision("b2", "a1", "INSERT INTO t VALUES (1);", "DELETE FROM t;")?;
        project.upgrade("head")??;
        Ok(())
    })
}

#[test]
fn a_search_path_that_a_revision_sets_leads_nothing_astray() -> Result<()> {
    on_postgres(|project| {
        let dump = "SELECT pg_catalog.set_config('search_path', '', false);\nSET statement_timeout = 1000000;\nCREATE TABLE public.a (x integer);";
        project.revision("a1", "none", dump, "DROP TABLE a;")?;
        project.revision("b2", "a1", "CREATE TABLE b (x integer);", "DROP TABLE b;")?;
        project.upgrade("head")??;
        assert_eq!(
            project.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('a', 'b')")?,
            "2"
        );
        assert_eq!(project.applied()?, ["a1", "b2"]);
        Ok(())
    })
}

#[test]
fn what_nobody_understands_runs_and_drift_is_found_all_the_same() -> Result<()> {
    on_postgres(|project| {
        let unknown = "DO $$ BEGIN EXECUTE 'CREATE TABLE made (x integer)'; END $$;";
        project.revision("a1", "none", unknown, "DROP TABLE made;")?;
        project.revision("b2", "a1", "ALTER TABLE made ADD COLUMN y integer;", "ALTER TABLE made DROP COLUMN y;")?;
        project.upgrade("a1")??;
        project.sql("ALTER TABLE made ADD COLUMN sneaked integer")?;
        let error = project.upgrade("head")?.unwrap_err();
        assert!(error.to_string().contains("column `made.sneaked` is not in the history"), "{error}");
        project.sql("ALTER TABLE made DROP COLUMN sneaked")?;
        project.upgrade("head")??;
        Ok(())
    })
}

#[test]
fn a_script_for_psql_equals_a_run() -> Result<()> {
    on_postgres(|project| {
        indexed(&project)?;
        project.upgrade("head")??;
        let other = Project::new(On::Postgres)?;
        let range = whimbrel_plan::history::TargetRange::read(":", whimbrel_plan::history::Target::Head)
            .context("a range")??;
        let actor = whimbrel_run::Actor::here("0.0.0");
        let dialect = project.connect()?.dialect();
        let script = whimbrel_run::apply::upgrade_script(&project.history()?, &range, dialect, &actor)?;
        let file = other.migrations().join("script");
        std::fs::write(&file, script)?;
        let psql = std::process::Command::new("psql")
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"])
            .arg(&file)
            .arg(&other.url)
            .output();
        let Ok(psql) = psql else {
            anyhow::ensure!(server::may_be_missing(), "psql is missing");
            return Ok(());
        };
        anyhow::ensure!(psql.status.success(), "{}", String::from_utf8_lossy(&psql.stderr));
        assert_eq!(other.connect()?.introspect()?, project.connect()?.introspect()?);
        assert_eq!(other.applied()?, project.applied()?);
        Ok(())
    })
}
