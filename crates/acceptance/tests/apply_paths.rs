//! Up, down, beside and back: what the ledger says and what the database is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use anyhow::Result;
use whimbrel_acceptance::project::{Project, on_each_engine};
use whimbrel_plan::history::Target;
use whimbrel_run::apply::{self, Failure, Refusal};
use whimbrel_run::ledger;

fn three(project: &Project) -> Result<()> {
    project.revision(
        "a1",
        "none",
        "CREATE TABLE email (id integer PRIMARY KEY, subject text);",
        "DROP TABLE email;",
    )?;
    let more = "ALTER TABLE email ADD COLUMN archived_at timestamp;\nINSERT INTO email (id, subject) VALUES (1, 'hello; -- world');";
    project.revision("b2", "a1", more, "DELETE FROM email;\nALTER TABLE email DROP COLUMN archived_at;")?;
    project.revision(
        "c3",
        "b2",
        "CREATE INDEX ix_email_subject ON email (subject);",
        "DROP INDEX ix_email_subject;",
    )?;
    Ok(())
}

#[test]
fn up_and_down_and_up() -> Result<()> {
    on_each_engine(|project| {
        three(&project)?;
        let report = project.upgrade("head")??;
        assert_eq!(report.done.iter().map(|done| done.id.as_str()).collect::<Vec<_>>(), ["a1", "b2", "c3"]);
        assert_eq!(report.done[1].statements, 2);
        assert_eq!(project.applied()?, ["a1", "b2", "c3"]);
        assert_eq!(project.value("SELECT subject FROM email")?, "hello; -- world");

        let nothing = project.upgrade("head")??;
        assert!(!nothing.changed() && nothing.elsewhere.is_empty());

        let down = project.downgrade("-2")??;
        assert_eq!(down.done.iter().map(|done| done.id.as_str()).collect::<Vec<_>>(), ["c3", "b2"]);
        assert_eq!(project.applied()?, ["a1"]);
        assert!(project.rows("SELECT archived_at FROM email").is_err());

        project.upgrade("+1")??;
        assert_eq!(project.applied()?, ["a1", "b2"]);
        project.downgrade("base")??;
        assert!(project.applied()?.is_empty());
        assert!(project.connect()?.introspect()?.is_empty());
        Ok(())
    })
}

#[test]
fn the_ledger_says_who_did_what_and_how_long_it_took() -> Result<()> {
    on_each_engine(|project| {
        three(&project)?;
        assert!(!ledger::read(&mut *project.connect()?)?.exists, "reading made a ledger");
        project.upgrade("head")??;
        let mut driver = project.connect()?;
        let ledger = ledger::read(&mut *driver)?;
        assert_eq!(ledger.events.len(), 3);
        let last = ledger.events.last().unwrap();
        assert_eq!((last.who.as_str(), last.version.as_str(), last.pid), ("test@here", "0.0.0", Some(1)));
        assert_eq!(last.fingerprint_after, Some(driver.introspect()?.fingerprint()));
        assert!(last.duration_ms.is_some_and(|took| (0..60_000).contains(&took)));
        assert!(last.finished_at.as_ref().unwrap() >= &last.started_at);
        let statements = ledger::statements_of(&mut *driver, ledger.events[1].seq)?;
        assert_eq!(statements.len(), 2);
        assert_eq!(statements[1].rows, Some(1));
        Ok(())
    })
}

#[test]
fn a_revision_that_fails_leaves_nothing_of_itself() -> Result<()> {
    on_each_engine(|project| {
        project.revision("a1", "none", "CREATE TABLE t (a integer);", "DROP TABLE t;")?;
        let broken = "CREATE TABLE u (a integer);\n\n-- the next one is wrong\nINSERT INTO u VALUES (nowhere);";
        project.revision("b2", "a1", broken, "DROP TABLE u;")?;
        let error = project.upgrade("head")?.unwrap_err();
        assert_eq!(error.exit_status(), 5, "the first revision was applied: {error}");
        let Failure::Statement(failure) = &*error.failure else { panic!("{error:?}") };
        assert_eq!(failure.revision.as_str(), "b2");
        assert_eq!(failure.origin.line, 9);
        let text = std::fs::read_to_string(project.migrations().join("b2.sql"))?;
        assert_eq!(&text[failure.origin.span.clone()], "INSERT INTO u VALUES (nowhere)");
        assert!(text[failure.position.unwrap()..].starts_with("nowhere"), "{:?}", failure.position);
        assert_eq!(project.applied()?, ["a1"]);
        assert!(project.rows("SELECT * FROM u").is_err());

        let again = project.upgrade("head")?.unwrap_err();
        assert_eq!(again.exit_status(), 4, "nothing was changed this time");

        project.revision("b2", "a1", "CREATE TABLE u (a integer);", "DROP TABLE u;")?;
        project.upgrade("head")??;
        assert_eq!(project.applied()?, ["a1", "b2"]);
        Ok(())
    })
}

#[test]
fn several_heads_and_their_merge() -> Result<()> {
    on_each_engine(|project| {
        project.revision("a1", "none", "CREATE TABLE a (x integer);", "DROP TABLE a;")?;
        project.revision("b2", "a1", "CREATE TABLE b (x integer);", "DROP TABLE b;")?;
        project.revision("c3", "a1", "CREATE TABLE c (x integer);", "DROP TABLE c;")?;
        assert_eq!(project.upgrade("head")?.unwrap_err().exit_status(), 2);
        project.upgrade("heads")??;
        project.revision("d4", "b2, c3", "-- nothing to do: merges two branches", "-- nothing to do")?;
        project.upgrade("head")??;
        assert_eq!(project.applied()?, ["a1", "b2", "c3", "d4"]);
        project.downgrade("-1")??;
        project.downgrade("b2")??;
        assert_eq!(project.applied()?, ["a1", "b2", "c3"], "c3 does not follow b2");
        project.downgrade("a1")??;
        assert_eq!(project.applied()?, ["a1"]);
        Ok(())
    })
}

#[test]
fn a_stamp_runs_nothing() -> Result<()> {
    on_each_engine(|project| {
        three(&project)?;
        let history = project.history()?;
        let stamp = |target: &str| -> Result<()> {
            let target: Target = target.parse()?;
            apply::stamp(&mut *project.connect()?, &history, &target, false, &project.options(), &mut |_| {})?;
            Ok(())
        };
        stamp("b2")?;
        assert_eq!(project.applied()?, ["a1", "b2"]);
        assert!(project.connect()?.introspect()?.is_empty());
        stamp("head")?;
        stamp("a1")?;
        assert_eq!(project.applied()?, ["a1"]);
        stamp("base")?;
        assert!(project.applied()?.is_empty());
        project.upgrade("head")??;
        assert_eq!(project.applied()?, ["a1", "b2", "c3"]);
        Ok(())
    })
}

#[test]
fn no_way_back_is_told_before_anything_is_undone() -> Result<()> {
    on_each_engine(|project| {
        project.revision("a1", "none", "CREATE TABLE a (x integer);", "")?;
        project.revision("b2", "a1", "CREATE TABLE b (x integer);", "DROP TABLE b;")?;
        project.upgrade("head")??;
        let error = project.downgrade("base")?.unwrap_err();
        assert!(matches!(&*error.failure, Failure::Refused(refusal) if matches!(**refusal, Refusal::NoWayBack { .. })));
        assert_eq!(error.exit_status(), 3);
        assert_eq!(project.applied()?, ["a1", "b2"]);
        Ok(())
    })
}
