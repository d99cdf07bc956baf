//! A history folded in memory is the database that it makes, and its statements are where they are said to be.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use anyhow::Result;
use whimbrel_acceptance::project::{On, Project, on_each_engine};
use whimbrel_plan::history::{FoldHistoryError, Target};
use whimbrel_plan::revision::{Direction, StatementsError};
use whimbrel_run::{drift, replay};

#[test]
fn folded_replayed_and_applied_are_one_schema() -> Result<()> {
    on_each_engine(|project| {
        let tables = "CREATE TABLE account (id integer PRIMARY KEY, email varchar(200) NOT NULL UNIQUE);\n\
                      CREATE TABLE email (id integer PRIMARY KEY, subject text DEFAULT 'none', account_id integer NOT NULL REFERENCES account (id) ON DELETE CASCADE, CHECK (id > 0));";
        project.revision("a1", "none", tables, "DROP TABLE email;\nDROP TABLE account;")?;
        project.revision(
            "b2",
            "a1",
            "CREATE INDEX ix_subject ON email (subject) WHERE subject IS NOT NULL;",
            "DROP INDEX ix_subject;",
        )?;
        project.revision(
            "c3",
            "a1",
            "ALTER TABLE email ADD COLUMN archived_at timestamp;",
            "ALTER TABLE email DROP COLUMN archived_at;",
        )?;
        project.revision(
            "d4",
            "b2, c3",
            "ALTER TABLE email RENAME COLUMN subject TO title;\nCREATE VIEW titles AS SELECT title FROM email;",
            "DROP VIEW titles;\nALTER TABLE email RENAME COLUMN title TO subject;",
        )?;
        let history = project.history()?;
        for target in ["a1", "b2", "head"] {
            let target: Target = target.parse()?;
            project.upgrade(&target.to_string())??;
            let mut driver = project.connect()?;
            let folded = history.schema_at(&target, driver.dialect())?;
            assert!(folded.is_certain());
            let live = driver.introspect()?;
            let differences = drift::compare(&mut *driver, &folded.schema, &live)?;
            assert!(differences.is_empty(), "{target}: {differences:?}");
            let applied = history.closure(history.resolve(&target, &Default::default())?.iter().map(|it| &it.id));
            assert_eq!(replay::replay(&mut *driver, &history, &applied)?, live, "{target}");
        }
        assert!(history.schema_at(&Target::Base, project.connect()?.dialect())?.schema.is_empty());
        Ok(())
    })
}

#[test]
fn what_cannot_follow_is_told_with_its_place() -> Result<()> {
    on_each_engine(|project| {
        project.revision("a1", "none", "CREATE TABLE t (a integer);\n\nDROP TABLE u;", "-- nothing to do")?;
        let error = project.history()?.schema_at(&Target::Head, project.connect()?.dialect()).unwrap_err();
        let FoldHistoryError::Step { revision, origin, sql, .. } = &error else { panic!("{error}") };
        assert_eq!((revision.as_str(), origin.line, sql.as_str()), ("a1", 8, "DROP TABLE u"));
        Ok(())
    })
}

#[test]
fn directives_are_about_the_statement_below_them() -> Result<()> {
    let project = Project::new(On::Sqlite)?;
    let dialect = project.connect()?.dialect();
    let up = "-- a plain comment\nCREATE TABLE t (a integer, b integer); -- behind\n\n-- whimbrel: allow drop-column nobody reads it\n-- question: is `b` gone?\nALTER TABLE t DROP COLUMN b;\n-- backfill\nUPDATE t SET a = 1;\n-- transaction: none\nVACUUM;\n-- question: anything else?\n";
    let path = project.revision("a1", "none", up, "-- nothing to do")?;
    let history = project.history()?;
    let revision = &history.revisions()[0];
    let statements = revision.statements(Direction::Up, dialect)?;
    let text = std::fs::read_to_string(&path)?;
    let lines: Vec<u32> = statements.iter().map(|statement| statement.origin.line).collect();
    assert_eq!(lines, [7, 11, 13, 15]);
    for statement in &statements {
        assert_eq!(text[statement.origin.span.clone()], statement.sql);
    }
    assert_eq!(statements[1].allows[0].rule, "drop-column");
    assert_eq!(statements[1].questions, ["is `b` gone?"]);
    assert!(statements[2].backfill && !statements[1].backfill);
    assert!(statements[3].no_transaction && !statements[2].no_transaction);
    assert_eq!(revision.questions(dialect.engine()).len(), 2);

    let odd = [
        ("SELECT 1;\n-- transaction: none\n", "a directive with no statement below it", 7),
        ("SELECT 1; -- backfill\nSELECT 2;", "a directive behind a statement, on the same line", 6),
        (
            "SELECT 1;\n-- transaction: maybe\nSELECT 2;",
            "`transaction: maybe` is not known; `transaction: none` is all there is",
            7,
        ),
    ];
    for (up, wanted, line) in odd {
        project.revision("a1", "none", up, "-- nothing to do")?;
        let history = project.history()?;
        let error = history.revisions()[0].statements(Direction::Up, dialect).unwrap_err();
        let StatementsError::Directive { origin, message } = &error else { panic!("{error}") };
        assert_eq!((message.as_str(), origin.line), (wanted, line));
    }
    Ok(())
}

#[test]
fn a_section_of_another_engine_is_none_of_ours() -> Result<()> {
    let project = Project::new(On::Sqlite)?;
    let text = "-- revision: a1\n-- parents: none\n-- message: m\n\n-- upgrade (postgres)\nSELECT 1;\n";
    std::fs::write(project.migrations().join("a1.sql"), text)?;
    let error = project.upgrade("head")?.unwrap_err();
    assert_eq!(error.to_string(), "revision a1 has no upgrade section for SQLite");
    assert_eq!(error.exit_status(), 4);
    Ok(())
}
