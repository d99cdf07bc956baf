//! Folding a script gives what SQLite has after it ran; every step that is rendered reads back as itself.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sqlite_support;

use sqlite_support::{Case, assert_same, cases, empty, file, folded, memory, settled, steps, take};
use whimbrel_engines::sqlite::dialect;
use whimbrel_plan::fold::{FoldError, Folding};
use whimbrel_plan::{How, RenderError, Step, fold};

const FILES: [&str; 4] = ["tables.sql", "indexes.sql", "alterations.sql", "objects.sql"];

fn all_cases() -> Vec<Case> {
    let all: Vec<Case> = FILES.iter().flat_map(|file| cases(file)).collect();
    assert!(all.len() >= 150, "only {} cases", all.len());
    all
}

/// Runs every case and tells of all that fail, not only of the first.
fn each(check: impl Fn(&Case) + std::panic::RefUnwindSafe) {
    let mut failed = Vec::new();
    for case in all_cases() {
        if std::panic::catch_unwind(|| check(&case)).is_err() {
            failed.push(case.name);
        }
    }
    assert!(failed.is_empty(), "{} cases failed: {failed:#?}", failed.len());
}

#[test]
fn folding_equals_reading_in_memory() {
    each(|case| {
        let mut driver = memory();
        driver.execute_script(&case.script).unwrap();
        assert_same(folded(&case.script), &driver.introspect().unwrap(), &case.name);
    });
}

#[test]
fn folding_equals_reading_on_files() {
    let folder = tempfile::tempdir().unwrap();
    for journal in ["WAL", "DELETE"] {
        for (at, case) in all_cases().iter().enumerate() {
            let path = folder.path().join(format!("{journal}-{at}.db"));
            let mut driver = file(&path, journal);
            driver.execute_script("PRAGMA synchronous = OFF").unwrap();
            driver.execute_script(&case.script).unwrap();
            // Another connection reads what the first one has written.
            let mut reader = file(&path, journal);
            assert_same(folded(&case.script), &reader.introspect().unwrap(), &case.name);
        }
    }
}

#[test]
fn what_is_rendered_reads_back_as_the_step() {
    each(|case| {
        let mut schema = empty();
        for step in steps(&case.script) {
            let mut expected = schema.clone();
            take(&mut expected, &step);
            if can_be_rendered(&step) && dialect().how(&step, &schema) == How::InPlace {
                let statements = dialect().render(&step, &schema).unwrap();
                let mut again = schema.clone();
                for read in steps(&statements.join(";\n")) {
                    take(&mut again, &read);
                }
                assert_same(settled(again), &settled(expected.clone()), &format!("{}\n{statements:#?}", case.name));
            }
            schema = expected;
        }
    });
}

/// The schema written out in one go makes the same database as the script that led to it.
#[test]
fn the_end_of_a_script_can_be_written_in_one_go() {
    each(|case| {
        let schema = folded(&case.script);
        let mut driver = memory();
        let mut before = empty();
        let tables = schema.tables.values();
        let mut made: Vec<Step> = Vec::new();
        for table in tables.clone() {
            made.push(Step::CreateTable { table: Box::new(table.clone()), if_not_exists: false });
            made.extend(table.indexes.iter().map(|index| Step::CreateIndex {
                table: table.name.clone(),
                index: Box::new(index.clone()),
                concurrently: false,
                if_not_exists: false,
            }));
        }
        for object in schema.objects.values() {
            made.push(Step::CreateObject { object: Box::new(object.clone()), replace: false, if_not_exists: false });
        }
        for table in tables {
            made.extend(
                table.triggers.iter().map(|trigger| Step::CreateTrigger {
                    table: table.name.clone(),
                    trigger: Box::new(trigger.clone()),
                }),
            );
        }
        for object in schema.objects.values() {
            if let whimbrel_schema::Object::View(view) = object {
                made.extend(view.triggers.iter().map(|trigger| Step::CreateTrigger {
                    table: view.name.clone(),
                    trigger: Box::new(trigger.clone()),
                }));
            }
        }
        for step in &made {
            for statement in dialect().render(step, &before).unwrap() {
                driver.execute(&statement).unwrap_or_else(|error| panic!("{error}\n{statement}"));
            }
            take(&mut before, step);
        }
        assert_same(settled(before), &driver.introspect().unwrap(), &case.name);
        assert_same(schema, &driver.introspect().unwrap(), &case.name);
    });
}

#[test]
fn what_is_only_possible_by_a_rebuild_says_so() {
    let script = "CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 0))";
    let before = folded(script);
    let table = "t".into();
    let step = Step::SetNullable { table, column: "a".to_string(), nullable: false };
    assert_eq!(dialect().how(&step, &before), How::Rebuild);
    assert!(matches!(dialect().render(&step, &before), Err(RenderError::Unsupported { .. })));
    let mut after = before.clone();
    fold::apply(&mut after, &step, dialect()).unwrap();
    assert_ne!(before, after);
}

/// Some steps are known only by what they did, not by their words.
fn can_be_rendered(step: &Step) -> bool {
    match step {
        Step::ChangeData { .. } | Step::Inert { .. } | Step::SetSession { .. } => false,
        // CREATE TEMP TABLE … AS
        Step::CreateTable { table, .. } => !table.columns.is_empty() || table.options.virtual_using.is_some(),
        _ => true,
    }
}

/// `PRAGMA legacy_alter_table = ON` has SQLite leave views, triggers and foreign keys alone when a table is renamed.
#[test]
fn a_rename_that_is_not_followed_is_unknown_where_something_refers_to_the_table() {
    let after = |script: &str| {
        let mut folding = Folding::new(empty());
        steps(script).iter().try_for_each(|step| folding.apply(step, dialect()))
    };
    let rename = "ALTER TABLE a RENAME TO b;";
    for refers in [
        "CREATE TABLE c (a_id INT REFERENCES a (id));",
        "CREATE VIEW v AS SELECT id FROM a;",
        "CREATE TABLE c (id INT); CREATE TRIGGER t AFTER INSERT ON c BEGIN DELETE FROM a; END;",
    ] {
        let with = |pragma: &str| format!("CREATE TABLE a (id INTEGER PRIMARY KEY); {refers} {pragma} {rename}");
        let refused = after(&with("PRAGMA legacy_alter_table = ON;"));
        assert!(matches!(refused, Err(FoldError::Unfollowed { .. })), "{refers}: {refused:?}");
        assert_eq!(after(&with("PRAGMA legacy_alter_table = 1; PRAGMA legacy_alter_table = off;")), Ok(()), "{refers}");
    }
    // What Whimbrel writes itself: nothing refers to the new table's passing name.
    let alone = "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT 1; PRAGMA legacy_alter_table = ON;";
    assert_eq!(after(&format!("{alone} {rename}")), Ok(()));
}
