//! What is not understood says so, with a reason and a place; and what no transaction can hold is known.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use whimbrel_engines::sqlite::dialect;
use whimbrel_plan::{DataChange, Step, Understanding};
use whimbrel_schema::{Constraint, ConstraintKind, OnConflict, Pair};

fn unknown(statement: &str) -> (String, usize) {
    match dialect().understand(statement) {
        Understanding::Unknown { reason, at, .. } => (reason, at),
        Understanding::Known { steps, .. } => panic!("understood as {steps:#?}"),
    }
}

fn known(statement: &str) -> Step {
    match dialect().understand(statement) {
        Understanding::Known { steps, .. } => {
            let [step] = steps.as_slice() else { panic!("{steps:#?}") };
            step.clone()
        }
        Understanding::Unknown { reason, .. } => panic!("{reason}"),
    }
}

#[test]
fn what_is_not_understood_says_why_and_where() {
    for (statement, reason, at) in [
        ("CREATE TABLE t (a INT,, b)", "near \",\": syntax error", 22),
        ("CREATE TABEL t (a)", "near \"TABEL\": syntax error", 7),
        ("SELECT 'a", "a quote is not closed", 7),
        ("SELECT 1 /* a", "a comment is not closed", 9),
        ("CREATE TABLE t AS SELECT 1", "the columns of CREATE TABLE … AS depend on what the query returns", 0),
        ("CREATE TABLE other.t (a)", "`other.t` lives in an attached database, which is not followed", 0),
        ("UPDATE sqlite_master SET sql = ''", "the schema is written to directly", 0),
        ("PRAGMA writable_schema = ON", "the schema can be written to directly after this", 0),
        (
            "ALTER TABLE t ALTER a SET NOT NULL ON CONFLICT REPLACE",
            "SET NOT NULL ON CONFLICT REPLACE is not followed",
            0,
        ),
    ] {
        assert_eq!(unknown(statement), (reason.to_string(), at), "{statement}");
    }
    assert_eq!(unknown("SELECT 1,\n  é FROM (").1, "SELECT 1,\n  é FROM (".len());
}

#[test]
fn what_no_transaction_can_hold_is_known() {
    for (statement, transactional) in [
        ("VACUUM", false),
        ("VACUUM INTO 'copy.db'", false),
        ("PRAGMA journal_mode = WAL", false),
        ("PRAGMA journal_mode", true),
        ("PRAGMA foreign_keys = OFF", true),
        ("ATTACH 'x.db' AS x", false),
        ("BEGIN", false),
        ("COMMIT", false),
        ("ROLLBACK", false),
        ("ROLLBACK TO s", true),
        ("ANALYZE", true),
        ("REINDEX", true),
        ("CREATE TABLE t (a)", true),
    ] {
        assert_eq!(dialect().understand(statement).transactional(), transactional, "{statement}");
    }
}

#[test]
fn data_names_its_table() {
    for (statement, change, table) in [
        ("INSERT INTO main.t VALUES (1)", DataChange::Insert, "t"),
        ("REPLACE INTO \"a b\" VALUES (1)", DataChange::Insert, "a b"),
        ("WITH w AS (SELECT 1) UPDATE [t] SET a = 1", DataChange::Update, "t"),
        ("DELETE FROM `t`", DataChange::Delete, "t"),
    ] {
        assert_eq!(known(statement), Step::ChangeData { change, tables: vec![table.into()] }, "{statement}");
    }
}

#[test]
fn conflict_clauses_are_kept() {
    let Step::CreateTable { table, .. } = known(
        "CREATE TABLE t (a INT NOT NULL ON CONFLICT REPLACE UNIQUE ON CONFLICT IGNORE, PRIMARY KEY (a) ON CONFLICT FAIL)",
    ) else {
        panic!("no table")
    };
    assert_eq!(table.columns[0].on_null, Some(OnConflict::Replace));
    assert_eq!(table.uniques[0].on_conflict, Some(OnConflict::Ignore));
    assert_eq!(table.primary_key.unwrap().on_conflict, Some(OnConflict::Fail));
}

#[test]
fn what_stands_beside_an_added_column_is_its_own() {
    let Step::AddColumn { column, constraints, .. } =
        known("ALTER TABLE t ADD COLUMN a INT DEFAULT 5 CHECK (a > 0) REFERENCES p ON DELETE SET DEFAULT")
    else {
        panic!("no column")
    };
    assert_eq!(column.default.unwrap().text(), "5");
    let kinds: Vec<_> = constraints.iter().map(Constraint::kind).collect();
    assert_eq!(kinds, [ConstraintKind::Check, ConstraintKind::ForeignKey]);
}

#[test]
fn types_are_the_same_by_their_words() {
    let same = |a: &str, b: &str| dialect().same_type(Pair::new(&dialect().read_type(a), &dialect().read_type(b)));
    assert!(same("VARCHAR(50)", "varchar( 50 )"));
    assert!(!same("VARCHAR(50)", "TEXT"));
}
