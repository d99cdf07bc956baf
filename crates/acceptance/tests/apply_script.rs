//! The SQL that is written for somebody else to run does what a run does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use anyhow::Result;
use whimbrel_acceptance::project::{Project, on_each_engine};
use whimbrel_plan::history::{Target, TargetRange};
use whimbrel_run::apply::{downgrade_script, upgrade_script};
use whimbrel_run::{Actor, ledger};

fn story(project: &Project) -> Result<()> {
    project.revision("a1", "none", "CREATE TABLE t (a integer, b text); -- the first", "DROP TABLE t;")?;
    let two = "INSERT INTO t VALUES (1, 'a;b') -- a comment where the semicolon should be\n;\n-- transaction: none\nCREATE INDEX ix ON t (a);\nUPDATE t SET a = a + 1;";
    project.revision("b2", "a1", two, "DROP INDEX ix;\nDELETE FROM t;")?;
    project.revision("c3", "b2", "ALTER TABLE t ADD COLUMN c integer;", "ALTER TABLE t DROP COLUMN c;")?;
    Ok(())
}

fn range(text: &str) -> TargetRange {
    TargetRange::read(text, Target::Head).unwrap().unwrap()
}

fn actor() -> Actor {
    Actor { who: "somebody@there".into(), pid: 1, version: "0.0.0".into(), deploy: None }
}

#[test]
fn a_script_up_equals_a_run() -> Result<()> {
    on_each_engine(|project| {
        story(&project)?;
        let by_run = Project::new(project.on)?;
        story(&by_run)?;
        by_run.upgrade("head")??;

        let history = project.history()?;
        let mut driver = project.connect()?;
        // In two goes: the second finds the ledger there and goes on with it.
        for part in [":b2", "b2:"] {
            let script = upgrade_script(&history, &range(part), driver.dialect(), &actor())?;
            driver.execute_script(&script)?;
        }
        assert_eq!(driver.introspect()?, by_run.connect()?.introspect()?);
        assert_eq!(project.rows("SELECT a, b, c FROM t")?, by_run.rows("SELECT a, b, c FROM t")?);
        let said = |project: &Project| -> Result<Vec<_>> {
            let ledger = ledger::read(&mut *project.connect()?)?;
            Ok(ledger.applied().into_values().map(|it| (it.id, it.checksum, it.message)).collect())
        };
        assert_eq!(said(&project)?, said(&by_run)?);
        assert!(!project.upgrade("head")??.changed(), "a run finds nothing left to do");

        let script = downgrade_script(&history, &range("head:a1"), driver.dialect(), &actor())?;
        driver.execute_script(&script)?;
        assert_eq!(project.applied()?, ["a1"]);
        project.upgrade("head")??;
        assert_eq!(project.connect()?.introspect()?, by_run.connect()?.introspect()?);
        Ok(())
    })
}

#[test]
fn a_script_reads_like_something_to_review() -> Result<()> {
    let project = Project::new(whimbrel_acceptance::project::On::Sqlite)?;
    story(&project)?;
    let driver = project.connect()?;
    let script = upgrade_script(&project.history()?, &range("a1:"), driver.dialect(), &actor())?;
    let script = script.lines().filter(|line| !line.starts_with("INSERT INTO whimbrel_ledger")).collect::<Vec<_>>();
    insta::assert_snapshot!(script.join("\n"), @r"
    -- upgrade of 2 revisions, written by whimbrel 0.0.0
    PRAGMA foreign_keys = OFF;
    BEGIN;
    CREATE TABLE IF NOT EXISTS whimbrel_ledger_effect (
        event INTEGER NOT NULL PRIMARY KEY,
        effect TEXT NOT NULL,
        told TEXT NOT NULL,
        clear_of TEXT NOT NULL
    );

    -- upgrade b2: revision b2
    INSERT INTO t VALUES (1, 'a;b');
    COMMIT;
    CREATE INDEX ix ON t (a);
    BEGIN;
    UPDATE t SET a = a + 1;
    COMMIT;

    -- upgrade c3: revision c3
    BEGIN;
    ALTER TABLE t ADD COLUMN c integer;
    COMMIT;
    ");
    Ok(())
}

#[test]
fn nothing_to_do_is_no_statement() -> Result<()> {
    let project = Project::new(whimbrel_acceptance::project::On::Sqlite)?;
    story(&project)?;
    let driver = project.connect()?;
    let script = upgrade_script(&project.history()?, &range("c3:"), driver.dialect(), &actor())?;
    assert!(!script.contains("BEGIN"), "{script}");
    let script = downgrade_script(&project.history()?, &range(":base"), driver.dialect(), &actor());
    assert!(script.is_err());
    Ok(())
}
