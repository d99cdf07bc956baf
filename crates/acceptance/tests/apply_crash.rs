//! Runs that stop anywhere, and the next run that finishes them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::Ordering;
use std::thread::{self, sleep};
use std::time::Duration;

use anyhow::{Result, ensure};
use whimbrel_acceptance::draw::Draw;
use whimbrel_acceptance::project::{self, On, Project, on_each_engine};
use whimbrel_acceptance::server;
use whimbrel_run::apply::{Failure, Options, Refusal, Resume};
use whimbrel_run::event::Found;
use whimbrel_run::{Event, ledger};

#[test]
fn runner() {
    project::be_a_runner();
}

/// Work that takes a while, in one statement.
fn slow(table: &str, rows: u32) -> String {
    format!(
        "INSERT INTO {table} (v) WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows}) \
         SELECT n FROM c;"
    )
}

fn chain(project: &Project) -> Result<()> {
    project.revision("a0", "none", "CREATE TABLE big (v integer);", "DROP TABLE big;")?;
    let mut parent = "a0".to_string();
    for at in 1..=6 {
        let id = format!("a{at}");
        // Every third is not one transaction; what stands alone there can be seen to be there or not.
        let up = match at % 3 {
            0 => format!(
                "-- transaction: none\nCREATE TABLE alone{at} (a integer);\n{}\n-- transaction: none\nCREATE INDEX ix{at} ON big (v);",
                slow("big", 20_000)
            ),
            _ => format!(
                "CREATE TABLE t{at} (a integer);\n{}\nALTER TABLE t{at} ADD COLUMN b integer;",
                slow("big", 20_000)
            ),
        };
        project.revision(&id, &parent, &up, "-- nothing to do")?;
        parent = id;
    }
    Ok(())
}

#[test]
fn killed_at_any_point_the_next_run_ends_as_an_unbroken_one() -> Result<()> {
    on_each_engine(|project| {
        chain(&project)?;
        let unbroken = Project::new(project.on)?;
        chain(&unbroken)?;
        unbroken.upgrade("head")??;
        let whole = unbroken.connect()?.introspect()?;

        let mut killed = 0;
        for delay in (0..).map(|round| Duration::from_millis(15 + 13 * round)) {
            let mut runner = project.runner("head")?.spawn()?;
            std::thread::sleep(delay);
            runner.kill()?;
            let status = runner.wait()?;
            if status.success() {
                break;
            }
            ensure!(status.code().is_none(), "it was killed and did not fail: {status:?}");
            killed += 1;
            ensure!(killed < 200, "it never gets through");
        }
        assert!(killed >= 3, "killed {killed} times only: this shows nothing");
        project.upgrade("head")??;
        assert_eq!(project.applied()?.len(), 7);
        assert_eq!(project.connect()?.introspect()?, whole);
        assert_eq!(project.value("SELECT count(*) FROM big")?, unbroken.value("SELECT count(*) FROM big")?);
        assert!(ledger::read(&mut *project.connect()?)?.unfinished().is_none());
        Ok(())
    })
}

/// A run that stopped between the intent of a statement and what became of it, as a killed one leaves it.
fn leave_intent(project: &Project, ordinal: u32, sql: &str) -> Result<()> {
    let sql = sql.replace('\'', "''");
    let begun = ledger::read(&mut *project.connect()?)?;
    let seq = begun.events.iter().rfind(|event| event.outcome == ledger::Outcome::Started).unwrap().seq;
    project.sql(&format!("DELETE FROM whimbrel_ledger WHERE seq > {seq}"))?;
    project.sql(&format!("DELETE FROM whimbrel_ledger_statement WHERE seq = {seq} AND ordinal > {ordinal}"))?;
    project.sql(&format!(
        "UPDATE whimbrel_ledger_statement SET outcome = 'intent', sql = '{sql}' \
         WHERE seq = {seq} AND ordinal = {ordinal}"
    ))?;
    Ok(())
}

fn found(project: &Project) -> Result<Vec<String>> {
    let mut heard = Vec::new();
    project.upgrade_heard("head", &mut |event| {
        if let Event::Recovered { found, sql, .. } = event {
            let found = match found {
                Found::Done => "done",
                Found::Nothing => "nothing",
                Found::InvalidIndex { .. } => "invalid",
                Found::SaidDone => "said done",
                Found::SaidAgain => "said again",
                Found::Batches { .. } => "batches",
                Found::LeftOut => "left out",
            };
            heard.push(format!("{found}: {sql}"));
        }
    })??;
    Ok(heard)
}

#[test]
fn what_can_be_seen_is_not_asked() -> Result<()> {
    on_each_engine(|project| {
        let up = "CREATE TABLE t (a integer);\n-- transaction: none\nCREATE INDEX ix ON t (a);\n-- transaction: none\nCREATE TABLE u (a integer);";
        project.revision("a1", "none", up, "-- nothing to do")?;
        project.upgrade("head")??;

        leave_intent(&project, 3, "CREATE TABLE u (a integer)")?;
        assert_eq!(found(&project)?, ["done: CREATE TABLE u (a integer)"]);
        leave_intent(&project, 3, "CREATE TABLE u (a integer)")?;
        project.sql("DROP TABLE u")?;
        assert_eq!(found(&project)?, ["nothing: CREATE TABLE u (a integer)"]);
        leave_intent(&project, 2, "CREATE INDEX ix ON t (a)")?;
        project.sql("DROP TABLE u")?;
        assert_eq!(found(&project)?, ["done: CREATE INDEX ix ON t (a)"]);
        leave_intent(&project, 2, "CREATE INDEX ix ON t (a)")?;
        project.sql("DROP TABLE u")?;
        project.sql("DROP INDEX ix")?;
        assert_eq!(found(&project)?, ["nothing: CREATE INDEX ix ON t (a)"]);
        assert_eq!(project.connect()?.introspect()?.tables.len(), 2);
        assert_eq!(project.applied()?, ["a1"]);
        Ok(())
    })
}

/// A statement that changes rows, and that nobody reads: a block of code; as many parentheses as SQLite takes.
fn not_understood(on: On) -> String {
    match on {
        On::Postgres => "DO $$ BEGIN INSERT INTO t VALUES (1); END $$".to_owned(),
        On::Sqlite | On::SqliteWal => format!("INSERT INTO t SELECT 1 WHERE '{}' <> ''", "(".repeat(1_001)),
    }
}

#[test]
fn what_cannot_be_seen_is_asked_and_the_answer_is_heard() -> Result<()> {
    on_each_engine(|project| {
        let unseen = not_understood(project.on);
        let up = format!("CREATE TABLE t (a integer);\n-- transaction: none\n{unseen};\nCREATE TABLE u (a integer);");
        project.revision("a1", "none", &up, "-- nothing to do")?;
        project.upgrade("head")??;
        for (answer, rows) in [(Resume::Done, "1"), (Resume::Again, "2")] {
            leave_intent(&project, 2, &unseen)?;
            project.sql("DROP TABLE u")?;
            let error = project.upgrade("head")?.unwrap_err();
            assert_eq!(error.exit_status(), 3);
            let Failure::Refused(refusal) = &*error.failure else { panic!("{error:?}") };
            assert!(matches!(&**refusal, Refusal::Undecided { ordinal: 2, .. }), "{refusal}");
            assert!(error.next("whimbrel upgrade head")[0].contains("--resume done"));
            project.upgrade_with("head", &Options { resume: Some(answer), ..project.options() })??;
            assert_eq!(project.value("SELECT count(*) FROM t")?, rows);
            project.rows("SELECT * FROM u")?;
        }
        Ok(())
    })
}

#[test]
fn a_statement_that_failed_may_be_corrected_and_one_that_was_done_may_not() -> Result<()> {
    on_each_engine(|project| {
        let with =
            |second: &str| format!("-- transaction: none\nCREATE TABLE t (a integer);\n-- transaction: none\n{second}");
        project.revision("a1", "none", &with("CREATE INDEX ix ON t (nowhere);"), "-- nothing to do")?;
        let error = project.upgrade("head")?.unwrap_err();
        assert_eq!(error.exit_status(), 5);
        let partial = error.report.partial.clone().unwrap();
        assert_eq!((partial.done, partial.of), (1, 2));
        assert!(project.applied()?.is_empty());

        let down = project.downgrade("base")?;
        assert_eq!(down.unwrap_err().exit_status(), 3, "its downgrade does not lead back from there");

        let edited = with("CREATE INDEX ix ON t (a);").replace("t (a integer)", "t (a integer, b integer)");
        project.revision("a1", "none", &edited, "-- nothing to do")?;
        let error = project.upgrade("head")?.unwrap_err();
        let Failure::Refused(refusal) = &*error.failure else { panic!("{error:?}") };
        assert!(matches!(&**refusal, Refusal::EditedHalfWay { ordinal: 1, .. }), "{refusal}");

        project.revision("a1", "none", &with("CREATE INDEX ix ON t (a);"), "-- nothing to do")?;
        let report = project.upgrade("head")??;
        assert!(report.done[0].resumed);
        assert_eq!(project.applied()?, ["a1"]);
        let (mut driver, history) = (project.connect()?, project.history()?);
        let ledger = ledger::read(&mut *driver)?;
        let applied = ledger.applied();
        assert_eq!(applied.values().next().unwrap().checksum.as_ref(), Some(&history.revisions()[0].checksum));
        assert_eq!(ledger.fingerprint(), Some(&driver.introspect()?.fingerprint()));
        Ok(())
    })
}

#[test]
fn a_request_to_stop_is_heard_between_statements() -> Result<()> {
    on_each_engine(|project| {
        chain(&project)?;
        let options = project.options();
        let stop = options.stop.clone();
        let (mut driver, history) = (project.connect()?, project.history()?);
        let target = "head".parse()?;
        let error = whimbrel_run::apply::upgrade(&mut *driver, &history, &target, &options, &mut |event| {
            if matches!(event, Event::StatementStarted { number: 2, .. }) {
                stop.store(true, Ordering::Relaxed);
            }
        })
        .unwrap_err();
        assert!(matches!(&*error.failure, Failure::Stopped), "{error:?}");
        assert_eq!(error.report.done.len(), 1);
        assert_eq!(error.exit_status(), 5);
        assert_eq!(project.applied()?, ["a0"]);
        project.upgrade("head")??;
        Ok(())
    })
}

#[test]
fn a_running_statement_can_be_cancelled() -> Result<()> {
    on_each_engine(|project| {
        project.revision("a0", "none", "CREATE TABLE big (v integer);", "DROP TABLE big;")?;
        project.revision("a1", "a0", &slow("big", 500_000_000), "-- nothing to do")?;
        let (mut driver, history) = (project.connect()?, project.history()?);
        let cancel = driver.canceller();
        let begun = std::time::Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(400));
                cancel();
            });
            let target = "head".parse()?;
            let error = whimbrel_run::apply::upgrade(&mut *driver, &history, &target, &project.options(), &mut |_| {});
            let error = error.unwrap_err();
            assert!(matches!(&*error.failure, Failure::Stopped), "{error:?}");
            anyhow::Ok(())
        })?;
        assert!(begun.elapsed() < Duration::from_secs(20));
        assert_eq!(project.applied()?, ["a0"]);
        assert_eq!(project.value("SELECT count(*) FROM big")?, "0");
        Ok(())
    })
}

fn on_postgres(test: impl FnOnce(Project) -> Result<()>) -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    test(Project::new(On::Postgres)?)
}

/// A statement that nobody understands, outside of any transaction: had it to be run again, or were it forgotten, the
/// number of rows would tell.
const UNSEEN: &str = "-- transaction: none\nDO $$ BEGIN INSERT INTO t VALUES (1); PERFORM pg_sleep(0.003); END $$;";

/// Upgrades, and asks it to stop a while after an event of the first statement.
fn stopped(project: &Project, target: &str, after: Duration, is_it: fn(&Event<'_>) -> bool) -> Result<bool> {
    let (mut driver, history, options) = (project.connect()?, project.history()?, project.options());
    let cancel = driver.canceller();
    let target = target.parse()?;
    thread::scope(|scope| {
        let (mut cancel, stop) = (Some(cancel), options.stop.clone());
        let outcome = whimbrel_run::apply::upgrade(&mut *driver, &history, &target, &options, &mut |event| {
            if is_it(&event)
                && let Some(cancel) = cancel.take()
            {
                let stop = stop.clone();
                scope.spawn(move || {
                    sleep(after);
                    stop.store(true, Ordering::SeqCst);
                    cancel();
                });
            }
        });
        match outcome {
            Ok(_) => Ok(false),
            Err(error) if matches!(&*error.failure, Failure::Stopped) => Ok(true),
            Err(error) => Err(error.into()),
        }
    })
}

#[test]
fn a_request_to_stop_that_comes_too_late_for_a_statement_keeps_no_note_from_the_ledger() -> Result<()> {
    on_postgres(|project| {
        let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
                    $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;";
        project.revision("a0", "none", &format!("CREATE TABLE t (a integer);\n{slow}"), "-- nothing to do")?;
        project.upgrade("head")??;
        project.sql(
            "CREATE TRIGGER slow BEFORE UPDATE ON whimbrel_ledger_statement FOR EACH ROW EXECUTE FUNCTION slow()",
        )?;
        project.revision("a1", "a0", &format!("{UNSEEN}\nCREATE TABLE u (a integer);"), "-- nothing to do")?;
        let done = |event: &Event<'_>| matches!(event, Event::StatementDone { .. });
        assert!(stopped(&project, "head", Duration::from_millis(100), done)?, "it was not heard");
        // Only the first statement took effect, and that is on the ledger: nothing has to be asked.
        assert_eq!(project.value("SELECT count(*) FROM t")?, "1");
        project.upgrade("head")??;
        assert_eq!(project.value("SELECT count(*) FROM t")?, "1");
        assert_eq!(project.applied()?, ["a0", "a1"]);
        Ok(())
    })
}

#[test]
fn whenever_it_is_asked_to_stop_a_statement_takes_effect_once() -> Result<()> {
    const SEED: u64 = 11;
    on_postgres(|project| {
        project.revision("a0", "none", "CREATE TABLE t (a integer);", "-- nothing to do")?;
        let (mut draw, mut parent, mut heard) = (Draw::new(SEED), "a0".to_owned(), 0);
        for number in 1..=40 {
            let id = format!("b{number}");
            project.revision(&id, &parent, UNSEEN, "-- nothing to do")?;
            let begun = |event: &Event<'_>| matches!(event, Event::StatementStarted { .. });
            let after = Duration::from_micros(draw.number() % 7_000);
            heard += u32::from(stopped(&project, &id, after, begun)?);
            project.upgrade(&id)?.map_err(|error| anyhow::anyhow!("seed {SEED}, {number}, {after:?}: {error}"))?;
            assert_eq!(
                project.value("SELECT count(*) FROM t")?,
                number.to_string(),
                "seed {SEED}, {number}, {after:?}"
            );
            parent = id;
        }
        assert!((5..40).contains(&heard), "{heard} of 40 requests were heard: this shows little");
        Ok(())
    })
}

#[test]
fn a_procedure_that_failed_is_asked_about_because_it_may_have_committed_before() -> Result<()> {
    on_postgres(|project| {
        let block = "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; PERFORM 1 / (SELECT count(*) FROM u); END $$;";
        let up = "CREATE TABLE t (a integer);\nCREATE TABLE u (a integer);\n-- transaction: none\n".to_owned() + block;
        project.revision("a1", "none", &up, "-- nothing to do")?;
        assert_eq!(project.upgrade("head")?.unwrap_err().exit_status(), 5);
        project.sql("INSERT INTO u VALUES (1)")?;
        let error = project.upgrade("head")?.unwrap_err();
        let Failure::Refused(refusal) = &*error.failure else { panic!("{error:?}") };
        assert!(matches!(&**refusal, Refusal::Undecided { ordinal: 3, .. }), "{refusal}");
        project.upgrade_with("head", &Options { resume: Some(Resume::Done), ..project.options() })??;
        assert_eq!(project.value("SELECT count(*) FROM t")?, "1");
        Ok(())
    })
}
