//! What is written after a contract that waits, and may run before it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use whimbrel_acceptance::project::{On, Project, on_each_engine};
use whimbrel_run::apply::{Code, ContractGate, Dropped, Options, Place, Report, WaitsFor, Whose};
use whimbrel_run::drift;
use whimbrel_run::{Actor, Deploy};

/// Code that names everything, so that a contract waits, or nothing.
#[derive(Debug)]
struct Names(bool);

impl Code for Names {
    fn places(&self, _: Whose<'_>, dropped: &[Dropped]) -> Result<Vec<Place>, String> {
        let place = |it: &Dropped| Place {
            object: it.to_string(),
            file: "a.py".into(),
            line: 1,
            text: String::new(),
            blocks: self.0,
        };
        Ok(dropped.iter().map(place).collect())
    }

    fn has(&self, _: &str, _: &Path) -> Result<bool, String> {
        Ok(true)
    }
}

fn upgrade(project: &Project, label: &str, target: &str, named: bool) -> Result<Report> {
    let deploy = Deploy { label: label.into(), commit: Some(format!("commit-of-{label}")) };
    let actor = Actor { who: "test@here".into(), pid: 1, version: "0.0.0".into(), deploy: Some(deploy) };
    let gate = ContractGate { soak: Duration::ZERO, code: Arc::new(Names(named)), now: None };
    Ok(project.upgrade_with(target, &Options { actor, contracts: Some(gate), ..project.options() })??)
}

/// Two tables, and a contract that waits.
fn waiting(project: &Project) -> Result<()> {
    let tables = "CREATE TABLE t (id integer PRIMARY KEY, b text, c text);\nCREATE TABLE u (id integer PRIMARY KEY, n integer);\n\
                  INSERT INTO u VALUES (1, 1);";
    project.revision("a1", "none", tables, "DROP TABLE u;\nDROP TABLE t;")?;
    upgrade(project, "v1", "head", true)?;
    let path = project.revision("b2", "a1", "ALTER TABLE t DROP COLUMN b;", "ALTER TABLE t ADD COLUMN b text;")?;
    let text = fs::read_to_string(&path)?;
    fs::write(&path, text.replace("\n\n-- upgrade", "\n-- phase:    contract\n\n-- upgrade"))?;
    Ok(())
}

fn ensure_no_drift(project: &Project) -> Result<()> {
    let mut driver = project.connect()?;
    let applied = project.applied()?.iter().map(|id| id.parse().unwrap()).collect();
    let expected = drift::expected(&mut *driver, &project.history()?, &applied).map_err(anyhow::Error::msg)?;
    let live = driver.introspect()?;
    let differences = drift::compare(&mut *driver, &expected, &live).unwrap();
    assert!(differences.is_empty(), "{differences:?}");
    Ok(())
}

#[test]
fn what_has_nothing_to_do_with_it_runs_before_it() -> Result<()> {
    on_each_engine(|project| {
        waiting(&project)?;
        project.revision("c3", "b2", "CREATE TABLE w (id integer);", "DROP TABLE w;")?;
        let changed = "ALTER TABLE u ADD COLUMN m integer;\nUPDATE u SET m = n + 1;\nALTER TABLE t ADD COLUMN d text;";
        project.revision("d4", "c3", changed, "ALTER TABLE t DROP COLUMN d;\nALTER TABLE u DROP COLUMN m;")?;
        project.revision("e5", "d4", "UPDATE t SET c = 'x';", "-- nothing to do")?;
        let report = upgrade(&project, "v2", "head", true)?;
        assert_eq!(project.applied()?, ["a1", "c3", "d4"]);
        let waits: Vec<(&str, bool)> = report
            .waiting
            .iter()
            .map(|it| (it.revision.as_str(), matches!(it.reasons[..], [WaitsFor::Before { .. }])))
            .collect();
        assert_eq!(waits, [("b2", false), ("e5", true)]);
        assert_eq!(report.waiting[1].reasons[0].to_string(), "it comes after `b2`, and has to: both are about `t`");
        ensure_no_drift(&project)?;
        // A step down is one that was taken.
        project.downgrade("-1")??;
        assert_eq!(project.applied()?, ["a1", "c3"]);
        ensure_no_drift(&project)?;
        upgrade(&project, "v2", "head", true)?;
        let report = upgrade(&project, "v3", "head", false)?;
        let done: Vec<&str> = report.done.iter().map(|it| it.id.as_str()).collect();
        assert_eq!((done, report.waiting.len()), (vec!["b2", "e5"], 0));
        ensure_no_drift(&project)?;
        project.downgrade("base")??;
        assert!(project.applied()?.is_empty());
        assert!(upgrade(&project, "v4", "head", true)?.waiting.is_empty(), "at base no code can miss it");
        ensure_no_drift(&project)
    })
}

#[test]
fn what_cannot_be_shown_to_stand_apart_waits() -> Result<()> {
    on_each_engine(|project| {
        waiting(&project)?;
        let trigger = match project.on {
            On::Postgres => {
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n\
                 CREATE TRIGGER tr BEFORE UPDATE ON u FOR EACH ROW EXECUTE FUNCTION f();"
            }
            On::Sqlite | On::SqliteWal => "CREATE TRIGGER tr AFTER UPDATE ON u BEGIN DELETE FROM t; END;",
        };
        for (after, why) in [
            ("ALTER TABLE t ADD COLUMN b2 text;\nUPDATE u SET n = (SELECT count(b) FROM t);", "both are about `b`"),
            ("CREATE VIEW v AS SELECT * FROM t;", "both are about `t`"),
            ("INSERT INTO u SELECT 9, count(*) FROM t;", "both are about `t`"),
            ("ALTER TABLE t ADD COLUMN b text;", "both are about `b`"),
            ("ALTER TABLE t RENAME TO t2;", "both are about `t`"),
            (
                "CREATE TABLE x (id integer);\nSELECT 1;",
                "what a statement that is no change of schema or rows does cannot be told, in `c3`",
            ),
        ] {
            project.revision("c3", "b2", after, "-- nothing to do")?;
            let report = upgrade(&project, "v2", "head", true)?;
            let [WaitsFor::Before { why: told, .. }] = &report.waiting[1].reasons[..] else {
                panic!("{after}: {report:?}")
            };
            assert_eq!(told, why, "{after}");
        }
        // Triggers of what was there before.
        project.downgrade("base")??;
        fs::remove_file(project.migrations().join("c3.sql"))?;
        let first = fs::read_to_string(project.migrations().join("a1.sql"))?;
        fs::write(
            project.migrations().join("a1.sql"),
            first.replace("\n\n-- downgrade", &format!("\n{trigger}\n\n-- downgrade")),
        )?;
        upgrade(&project, "v5", "a1", true)?;
        project.revision("c3", "b2", "UPDATE u SET n = 2;", "-- nothing to do")?;
        let report = upgrade(&project, "v6", "head", true)?;
        let [WaitsFor::Before { why, .. }] = &report.waiting[1].reasons[..] else { panic!("{report:?}") };
        assert_eq!(why, "rows of `u` are changed, and triggers may go on from there");
        Ok(())
    })
}
