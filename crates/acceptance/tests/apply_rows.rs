//! A contract waits while rows are not filled, or not in step.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use whimbrel_acceptance::case::Case;
use whimbrel_acceptance::laws;
use whimbrel_acceptance::project::{On, Project, on_each_engine};
use whimbrel_plan::evolution::evolve;
use whimbrel_plan::history::Target;
use whimbrel_plan::revision::Phase;
use whimbrel_run::apply::{self, Code, ContractGate, Dropped, Options, Place, Report, WaitsFor, Whose};
use whimbrel_run::{Actor, Deploy};
use whimbrel_schema::Pair;

/// Code that names nothing.
#[derive(Debug)]
struct Silent;

impl Code for Silent {
    fn places(&self, _: Whose<'_>, _: &[Dropped]) -> Result<Vec<Place>, String> {
        Ok(Vec::new())
    }

    fn has(&self, _: &str, _: &Path) -> Result<bool, String> {
        Ok(true)
    }
}

fn options(project: &Project, label: &str) -> Options {
    let deploy = Deploy { label: label.into(), commit: Some(format!("commit-of-{label}")) };
    let actor = Actor { who: "test@here".into(), pid: 1, version: "0.0.0".into(), deploy: Some(deploy) };
    let gate = ContractGate { soak: Duration::ZERO, code: Arc::new(Silent), now: None };
    Options { actor, contracts: Some(gate), ..project.options() }
}

fn upgrade(project: &Project, label: &str) -> Result<Report> {
    Ok(project.upgrade_with("head", &options(project, label))??)
}

fn reasons(project: &Project, label: &str) -> Result<Vec<WaitsFor>> {
    let report = upgrade(project, label)?;
    assert!(report.done.is_empty() && report.waiting.len() == 1, "{report:?}");
    let ahead = apply::waiting(
        &mut *project.connect()?,
        &project.history()?,
        &Target::Heads,
        &options(project, &format!("after {label}")),
    )?;
    assert_eq!(ahead, report.waiting, "whoever only looks sees the same");
    Ok(report.waiting[0].reasons.clone())
}

const FROM: &str = "CREATE TABLE mail (id integer PRIMARY KEY, subject text, size integer);";

/// A chain as `revision --autogenerate` writes it, in a database with rows.
fn chain(project: &Project, to: &str, choices: &str) -> Result<()> {
    project.revision("a1", "none", FROM, "DROP TABLE mail;")?;
    upgrade(project, "v1")?;
    project
        .sql("INSERT INTO mail VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3), (4, NULL, NULL), (5, '5', 5)")?;
    let mut scratch = project.connect()?.scratch()?;
    scratch.execute_script(to)?;
    let to = scratch.introspect()?;
    let mut driver = project.connect()?;
    let case = Case::read("chain", &format!("-- from\n-- to\n-- choices\n{choices}\n"))?;
    let evolution = evolve(Pair::new(driver.introspect()?, to), driver.dialect(), &laws::choices(&case)?)?;
    let mut parent = "a1";
    for link in &evolution.links {
        let phase = link.phase.expect("a chain");
        let id = match phase {
            Phase::Expand => "b2",
            Phase::Backfill => "c3",
            Phase::Contract => "d4",
        };
        let mut text = String::new();
        for statement in &link.draft.upgrade {
            writeln!(text, "{};", statement.sql)?;
        }
        for fill in &link.fills {
            writeln!(text, "-- backfill\n{};", fill.sql)?;
        }
        write_link(project, id, parent, phase, &text)?;
        parent = id;
    }
    upgrade(project, "v2")?;
    assert_eq!(project.applied()?.last().map(String::as_str), Some("c3"));
    Ok(())
}

fn write_link(project: &Project, id: &str, parent: &str, phase: Phase, upgrade: &str) -> Result<()> {
    let path = project.revision(id, parent, upgrade, "-- nothing to do")?;
    let text = fs::read_to_string(&path)?;
    fs::write(&path, text.replace("\n\n-- upgrade", &format!("\n-- phase:    {phase}\n\n-- upgrade")))?;
    Ok(())
}

/// What is written while nobody keeps the columns in step, as by a restore, a replica or a hand.
fn behind_the_triggers(project: &Project, statement: &str) -> Result<()> {
    let mut driver = project.connect()?;
    if project.on == On::Postgres {
        let script = format!("ALTER TABLE mail DISABLE TRIGGER ALL; {statement}; ALTER TABLE mail ENABLE TRIGGER ALL");
        return Ok(driver.execute_script(&script)?);
    }
    let triggers = driver.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'", &[])?;
    assert!(!triggers.is_empty());
    for row in &triggers {
        driver.execute(&format!("DROP TRIGGER {}", row[0].as_ref().unwrap()))?;
    }
    driver.execute(statement)?;
    for row in &triggers {
        driver.execute(row[1].as_ref().unwrap())?;
    }
    Ok(())
}

#[test]
fn columns_that_are_not_in_step_are_named_by_their_rows() -> Result<()> {
    on_each_engine(|project| {
        chain(
            &project,
            "CREATE TABLE mail (id integer PRIMARY KEY, title text, size integer);",
            "rename mail.subject:title",
        )?;
        project.sql("INSERT INTO mail (id, subject) VALUES (6, 'six')")?;
        project.sql("UPDATE mail SET title = 'seven' WHERE id = 5")?;
        behind_the_triggers(&project, "UPDATE mail SET subject = 'other' WHERE id = 2")?;
        let found = reasons(&project, "v3")?;
        let [WaitsFor::OutOfStep { table, columns, rows, more }] = &found[..] else { panic!("{found:?}") };
        assert_eq!((table.as_str(), rows.as_slice(), *more), ("mail", &["id = 2".to_string()][..], false));
        assert!(columns.contains(&"subject".to_string()) && columns.contains(&"title".to_string()));
        behind_the_triggers(&project, "UPDATE mail SET title = NULL")?;
        let found = reasons(&project, "v4")?;
        let [WaitsFor::OutOfStep { rows, more: true, .. }] = &found[..] else { panic!("{found:?}") };
        assert_eq!(rows.len(), 3);
        project.sql("UPDATE mail SET title = subject WHERE subject IS NOT NULL")?;
        assert_eq!(upgrade(&project, "v5")?.done.len(), 1);
        assert_eq!(project.value("SELECT title FROM mail WHERE id = 5")?, "seven");
        Ok(())
    })
}

#[test]
fn a_conversion_is_in_step_in_either_way() -> Result<()> {
    on_each_engine(|project| {
        chain(
            &project,
            "CREATE TABLE mail (id integer PRIMARY KEY, subject text, half integer);",
            "backfill mail.half = size / 2\nbackfill mail.size = half * 2",
        )?;
        // What old code wrote does not come back the same, and what new code wrote does not go on the same.
        project.sql("UPDATE mail SET size = 9 WHERE id = 1")?;
        project.sql("UPDATE mail SET half = 7 WHERE id = 2")?;
        assert_eq!(project.value("SELECT size * 100 + half FROM mail WHERE id = 1")?, "904");
        behind_the_triggers(&project, "UPDATE mail SET half = 8 WHERE id = 3")?;
        let found = reasons(&project, "v3")?;
        let [WaitsFor::OutOfStep { rows, .. }] = &found[..] else { panic!("{found:?}") };
        assert_eq!(rows.as_slice(), ["id = 3"]);
        project.sql("UPDATE mail SET half = 9 WHERE id = 3")?;
        assert_eq!(upgrade(&project, "v4")?.done.len(), 1);
        Ok(())
    })
}

#[test]
fn a_column_that_triggers_fill_is_filled_everywhere() -> Result<()> {
    on_each_engine(|project| {
        chain(
            &project,
            "CREATE TABLE mail (id integer PRIMARY KEY, subject text, size integer, double integer NOT NULL);",
            "backfill mail.double = coalesce(size, 0) * 2",
        )?;
        behind_the_triggers(&project, "INSERT INTO mail (id, size) VALUES (7, 7)")?;
        let found = reasons(&project, "v3")?;
        let [WaitsFor::OutOfStep { columns, rows, .. }] = &found[..] else { panic!("{found:?}") };
        assert_eq!((columns.as_slice(), rows.as_slice()), (&["double".to_string()][..], &["id = 7".to_string()][..]));
        project.sql("UPDATE mail SET double = 14 WHERE id = 7")?;
        assert_eq!(upgrade(&project, "v4")?.done.len(), 1);
        Ok(())
    })
}

/// A chain without triggers, as a person writes it.
fn by_hand(project: &Project) -> Result<()> {
    project.revision("a1", "none", FROM, "DROP TABLE mail;")?;
    upgrade(project, "v1")?;
    project.sql("INSERT INTO mail VALUES (1, 'one', 1), (2, 'two', 2)")?;
    write_link(project, "b2", "a1", Phase::Expand, "ALTER TABLE mail ADD COLUMN title text;")?;
    let fill = "-- backfill\nUPDATE mail SET title = subject WHERE title IS NULL AND subject IS NOT NULL;";
    write_link(project, "c3", "b2", Phase::Backfill, fill)?;
    write_link(project, "d4", "c3", Phase::Contract, "ALTER TABLE mail DROP COLUMN subject;")?;
    upgrade(project, "v2")?;
    Ok(())
}

#[test]
fn rows_that_the_backfill_would_change_again_are_left() -> Result<()> {
    on_each_engine(|project| {
        by_hand(&project)?;
        project.sql("INSERT INTO mail (id, subject) VALUES (3, 'three')")?;
        let found = reasons(&project, "v3")?;
        let [WaitsFor::RowsLeft { revision, table, rows, more: false }] = &found[..] else { panic!("{found:?}") };
        assert_eq!((revision.as_str(), table.as_str(), rows.as_slice()), ("c3", "mail", &["id = 3".to_string()][..]));
        project.sql("UPDATE mail SET title = subject WHERE title IS NULL")?;
        assert_eq!(upgrade(&project, "v4")?.done.len(), 1);
        Ok(())
    })
}

#[test]
fn batches_that_did_not_come_to_their_end_prove_nothing() -> Result<()> {
    on_each_engine(|project| {
        by_hand(&project)?;
        project.sql("UPDATE whimbrel_backfill SET rows_left = 1")?;
        let found = reasons(&project, "v3")?;
        let [WaitsFor::Backfill { revision, .. }] = &found[..] else { panic!("{found:?}") };
        assert_eq!(revision.as_str(), "c3");
        Ok(())
    })
}

#[test]
fn what_takes_too_long_to_look_at_is_not_proved() -> Result<()> {
    on_each_engine(|project| {
        by_hand(&project)?;
        let numbers = "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)";
        project.sql(&format!("INSERT INTO mail (id, title) {numbers} SELECT i, 'x' FROM n"))?;
        let mut options = options(&project, "v3");
        options.timeouts.statement = Some(Duration::from_millis(1));
        let report = project.upgrade_with("head", &options)??;
        let found = &report.waiting[0].reasons;
        let [WaitsFor::RowsUnseen { table, why }] = &found[..] else { panic!("{found:?}") };
        assert_eq!((table.as_str(), why.as_str()), ("mail", "it takes longer than 0.001 s to look at them all"));
        assert_eq!(upgrade(&project, "v4")?.done.len(), 1);
        Ok(())
    })
}
