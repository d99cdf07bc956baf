//! What a run refuses, and what it says to do next.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use anyhow::Result;
use whimbrel_acceptance::project::{Project, on_each_engine};
use whimbrel_run::apply::{ApplyError, Failure, Options, Refusal, Report};
use whimbrel_run::ledger;

fn two(project: &Project) -> Result<()> {
    project.revision("a1", "none", "CREATE TABLE a (x integer NOT NULL);", "DROP TABLE a;")?;
    project.revision("b2", "a1", "CREATE TABLE b (x integer);", "DROP TABLE b;")?;
    Ok(())
}

fn refusal(result: Result<Report, ApplyError>) -> (Refusal, String) {
    let error = result.unwrap_err();
    assert_eq!(error.exit_status(), 3, "{error}");
    assert!(!error.changed());
    let next = error.next("whimbrel upgrade head").join("\n");
    assert!(!next.is_empty(), "a refusal says what to do");
    let Failure::Refused(refusal) = *error.failure else { panic!("{error:?}") };
    (*refusal, next)
}

#[test]
fn an_edited_revision_is_refused_until_it_is_as_it_was() -> Result<()> {
    on_each_engine(|project| {
        two(&project)?;
        let file = project.migrations().join("a1.sql");
        project.upgrade("a1")??;
        let before = fs::read_to_string(&file)?;
        fs::write(&file, before.replace("NOT NULL", "NULL"))?;
        let (refusal, next) = refusal(project.upgrade("head")?);
        assert!(matches!(&refusal, Refusal::Edited { revisions } if revisions[0].id.as_str() == "a1"));
        assert!(
            refusal.to_string().starts_with("1 revision was edited after being applied: `a1` revision a1 (applied 20")
        );
        assert!(next.contains("whimbrel stamp a1"));
        assert_eq!(project.applied()?, ["a1"]);
        // The message and the white space are nobody's business.
        fs::write(&file, before.replace("revision a1", "the first one").replace(";\n", ";  \n\n"))?;
        project.upgrade("head")??;
        Ok(())
    })
}

#[test]
fn an_applied_revision_without_a_file_is_refused() -> Result<()> {
    on_each_engine(|project| {
        two(&project)?;
        project.upgrade("head")??;
        fs::remove_file(project.migrations().join("b2.sql"))?;
        project.revision("c3", "a1", "CREATE TABLE c (x integer);", "DROP TABLE c;")?;
        for result in [project.upgrade("head")?, project.downgrade("base")?] {
            let (refusal, _) = refusal(result);
            assert!(
                matches!(&refusal, Refusal::Missing { revisions } if revisions[0].id.as_str() == "b2"),
                "{refusal}"
            );
        }
        assert_eq!(project.applied()?, ["a1", "b2"]);
        Ok(())
    })
}

#[test]
fn drift_is_named_object_by_object() -> Result<()> {
    on_each_engine(|project| {
        two(&project)?;
        project.upgrade("a1")??;
        project.sql("ALTER TABLE a ADD COLUMN sneaked integer")?;
        project.sql("CREATE TABLE other (y integer)")?;
        let (refusal, next) = refusal(project.upgrade("head")?);
        let Refusal::Drift { differences } = &refusal else { panic!("{refusal}") };
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert!(differences.contains(&"column `a.sneaked` is not in the history".to_string()), "{differences:?}");
        assert!(differences.contains(&"table `other` is not in the history".to_string()), "{differences:?}");
        assert!(next.contains("--accept-drift"));
        assert_eq!(project.applied()?, ["a1"]);

        let accepted = Options { accept_drift: Some("the vendor's table".to_string()), ..project.options() };
        project.upgrade_with("head", &accepted)??;
        let ledger = ledger::read(&mut *project.connect()?)?;
        let note = ledger.events.last().unwrap().note.clone().unwrap();
        assert!(note.starts_with("drift accepted: the vendor's table: "), "{note}");
        assert!(note.contains("a.sneaked"));
        Ok(())
    })
}

#[test]
fn what_was_undone_by_hand_is_no_drift() -> Result<()> {
    on_each_engine(|project| {
        two(&project)?;
        project.upgrade("a1")??;
        project.sql("CREATE TABLE other (y integer)")?;
        project.sql("DROP TABLE other")?;
        project.upgrade("head")??;
        Ok(())
    })
}

#[test]
fn a_question_holds_back_what_destroys() -> Result<()> {
    on_each_engine(|project| {
        two(&project)?;
        let asks =
            "-- question: was `x` renamed to `y`?\nALTER TABLE b ADD COLUMN y integer;\nALTER TABLE b DROP COLUMN x;";
        project.revision("c3", "b2", asks, "-- nothing to do")?;
        let (refusal, _) = refusal(project.upgrade("head")?);
        let Refusal::Questions { revision, questions, .. } = &refusal else { panic!("{refusal}") };
        assert_eq!((revision.as_str(), questions.len()), ("c3", 1));
        assert!(project.applied()?.is_empty(), "told before anything ran");
        project.revision(
            "c3",
            "b2",
            "-- question: is this wanted?\nALTER TABLE b ADD COLUMN y integer;",
            "-- nothing to do",
        )?;
        project.upgrade("head")??;
        Ok(())
    })
}

#[test]
fn a_revision_that_commits_by_itself_is_refused() -> Result<()> {
    on_each_engine(|project| {
        project.revision("a1", "none", "BEGIN;\nCREATE TABLE a (x integer);\nCOMMIT;", "DROP TABLE a;")?;
        let (refusal, _) = refusal(project.upgrade("head")?);
        assert!(matches!(&refusal, Refusal::OwnTransaction { word, .. } if word == "BEGIN"), "{refusal}");
        assert!(!ledger::read(&mut *project.connect()?)?.exists);
        Ok(())
    })
}

#[test]
fn what_cannot_run_in_batches_never_runs_as_one_statement() -> Result<()> {
    on_each_engine(|project| {
        for (statement, why) in [
            ("DELETE FROM a", "it is no UPDATE"),
            ("WITH b AS (SELECT 1) UPDATE a SET x = 1", "something stands before UPDATE"),
            ("UPDATE a SET x = 1 RETURNING x", "nobody reads what it returns"),
        ] {
            let up = format!("CREATE TABLE a (id integer PRIMARY KEY, x integer);\n-- backfill\n{statement};");
            project.revision("a1", "none", &up, "DROP TABLE a;")?;
            let (refusal, next) = refusal(project.upgrade("head")?);
            let Refusal::Backfill { origin, reason, .. } = &refusal else { panic!("{refusal}") };
            assert!(origin.line > 5 && reason == why, "{refusal}");
            assert!(next.contains("whimbrel upgrade head"), "{next}");
            assert!(!ledger::read(&mut *project.connect()?)?.exists);
        }
        Ok(())
    })
}

#[test]
fn rows_that_refer_to_nothing_take_the_revision_back() -> Result<()> {
    on_each_engine(|project| {
        let tables = "CREATE TABLE parent (id integer PRIMARY KEY);\nCREATE TABLE child (parent_id integer REFERENCES parent (id));\nINSERT INTO parent VALUES (1);\nINSERT INTO child VALUES (1);";
        project.revision("a1", "none", tables, "DROP TABLE child;\nDROP TABLE parent;")?;
        project.upgrade("head")??;
        project.revision("b2", "a1", "DELETE FROM parent;", "-- nothing to do")?;
        let error = project.upgrade("head")?.unwrap_err();
        assert!(matches!(&*error.failure, Failure::Violations { .. } | Failure::Statement(_)), "{error:?}");
        assert_eq!(error.exit_status(), 4);
        assert_eq!(project.value("SELECT count(*) FROM parent")?, "1");
        assert_eq!(project.applied()?, ["a1"]);
        Ok(())
    })
}

#[test]
fn a_ledger_of_a_later_whimbrel_is_left_alone() -> Result<()> {
    on_each_engine(|project| {
        two(&project)?;
        project.upgrade("a1")??;
        project.sql("INSERT INTO whimbrel_ledger_format VALUES (999)")?;
        let error = project.upgrade("head")?.unwrap_err();
        assert!(matches!(&*error.failure, Failure::Ledger(ledger::LedgerError::Newer { found: 999 })), "{error:?}");
        assert_eq!(error.exit_status(), 4);
        Ok(())
    })
}
