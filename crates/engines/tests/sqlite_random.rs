//! Random statements: whatever SQLite accepts, the fold follows; and nothing that anybody writes makes the reader fall.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sqlite_support;

use proptest::prelude::*;
use sqlite_support::{assert_same, cases, empty, memory, settled, steps};
use whimbrel_engines::sqlite::dialect;
use whimbrel_plan::{How, Step, fold};
use whimbrel_schema::Expression;

fn table() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "\"c c\"", "A", "[b]"])
}

fn column() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["x", "y", "z", "\"q r\"", "a", "X", "\"y\"", "[order]"])
}

/// A double-quoted name that names nothing is a string until some day a column is called so: no history is so cruel.
fn operand() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["x", "y", "z", "[q r]", "`a`", "X", "[y]", "\"no such\""])
}

fn ty() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["INTEGER", "TEXT", "", "VARCHAR(20)", "REAL", "int", "DECIMAL(10,2)"])
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        operand().prop_map(str::to_string),
        (table(), operand()).prop_map(|(table, column)| format!("{table}.{column}")),
        prop::sample::select(vec!["1", "'x'", "NULL", "'it''s; --'", "-2.5", "x'00'"]).prop_map(str::to_string),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "<", "<>", "||", "AND", "IS"]), inner.clone())
                .prop_map(|(a, operator, b)| format!("{a} {operator} {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            inner.clone().prop_map(|a| format!("CASE WHEN {a} THEN 1 ELSE 0 END")),
            inner.clone().prop_map(|a| format!("{a} /* , ) */ IN (1, 2)")),
            inner.prop_map(|a| format!("CAST({a} AS TEXT)")),
        ]
    })
}

fn beside_column() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        1 => Just(" PRIMARY KEY".to_string()),
        1 => Just(" NOT NULL".to_string()),
        1 => Just(" UNIQUE ON CONFLICT IGNORE".to_string()),
        1 => Just(" COLLATE nocase".to_string()),
        1 => Just(" DEFAULT 'd'".to_string()),
        1 => expression().prop_map(|text| format!(" DEFAULT ({text})")),
        // The schema does not know where a check is written; SQLite drops it with the column beside which it stands.
        1 => expression().prop_map(|text| format!(" CHECK (@ IS NOT NULL OR {text})")),
        1 => expression().prop_map(|text| format!(" AS ({text}) STORED")),
        1 => (table(), column()).prop_map(|(table, column)| format!(" REFERENCES {table} ({column}) ON DELETE CASCADE")),
        1 => table().prop_map(|table| format!(" REFERENCES {table}")),
    ]
}

fn definition() -> impl Strategy<Value = String> {
    (column(), ty(), beside_column(), beside_column()).prop_map(|(name, ty, a, b)| {
        let b = if a == b { String::new() } else { b };
        format!("{name} {ty}{a}{b}").replace('@', name)
    })
}

fn in_list() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(String::new()),
        1 => (column(), column()).prop_map(|(a, b)| format!(", UNIQUE ({a}, {b} DESC)")),
        1 => (column(), column()).prop_map(|(a, b)| format!(", CONSTRAINT pk PRIMARY KEY ({a}, {b})")),
        1 => expression().prop_map(|text| format!(", CONSTRAINT c CHECK ({text})")),
        1 => (column(), table()).prop_map(|(a, table)| format!(", FOREIGN KEY ({a}) REFERENCES {table}")),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    let options = prop::sample::select(vec!["", "", "", " WITHOUT ROWID", " STRICT"]);
    prop_oneof![
        4 => (table(), prop::collection::vec(definition(), 1..5), in_list(), options)
            .prop_map(|(table, columns, list, options)| format!("CREATE TABLE {table} ({}{list}){options}", columns.join(", "))),
        1 => table().prop_map(|table| format!("DROP TABLE {table}")),
        2 => (table(), definition()).prop_map(|(table, column)| format!("ALTER TABLE {table} ADD COLUMN {column}")),
        2 => (table(), column()).prop_map(|(table, column)| format!("ALTER TABLE {table} DROP COLUMN {column}")),
        4 => (table(), column(), column()).prop_map(|(table, from, to)| format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}")),
        3 => (table(), table()).prop_map(|(from, to)| format!("ALTER TABLE {from} RENAME TO {to}")),
        1 => (table(), column()).prop_map(|(table, column)| format!("ALTER TABLE {table} ALTER {column} SET NOT NULL")),
        1 => (table(), column()).prop_map(|(table, column)| format!("ALTER TABLE {table} ALTER {column} DROP NOT NULL")),
        1 => (table(), expression()).prop_map(|(table, text)| format!("ALTER TABLE {table} ADD CONSTRAINT d CHECK ({text})")),
        1 => table().prop_map(|table| format!("ALTER TABLE {table} DROP CONSTRAINT c")),
        3 => (prop::sample::select(vec!["i", "j"]), table(), expression(), expression())
            .prop_map(|(index, table, key, filter)| format!("CREATE INDEX {index} ON {table} ({key} COLLATE NOCASE DESC) WHERE {filter}")),
        1 => Just("DROP INDEX i".to_string()),
        2 => (prop::sample::select(vec!["v", "w"]), column(), table(), expression())
            .prop_map(|(view, column, table, text)| format!("CREATE VIEW {view} AS SELECT {column}, {text} AS e FROM {table}")),
        1 => (table(), column(), table(), column())
            .prop_map(|(a, x, b, y)| format!("CREATE VIEW v AS SELECT p.{x}, {y} AS e FROM {a} AS p JOIN {b} AS o ON p.{x} = o.{y}")),
        1 => Just("DROP VIEW v".to_string()),
        2 => (table(), column(), table(), column())
            .prop_map(|(a, x, b, y)| format!("CREATE TRIGGER t AFTER UPDATE OF {x} ON {a} BEGIN UPDATE {b} SET {y} = new.{x} WHERE {y} = old.{x}; END")),
        1 => Just("DROP TRIGGER t".to_string()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn the_fold_follows_whatever_sqlite_accepts(statements in prop::collection::vec(statement(), 1..25)) {
        let mut driver = memory();
        let mut schema = empty();
        let mut ran = Vec::new();
        for statement in statements {
            if driver.execute(&statement).is_err() {
                continue;
            }
            ran.push(statement.clone());
            for step in steps(&statement) {
                let how = dialect().how(&step, &schema);
                let rendered = dialect().render(&step, &schema);
                prop_assert!(how == How::Rebuild || rendered.is_ok(), "{step:?}");
                fold::apply(&mut schema, &step, dialect()).unwrap_or_else(|error| panic!("{error}\n{}", ran.join(";\n")));
            }
        }
        assert_same(settled(schema), &driver.introspect().unwrap(), &ran.join(";\n"));
    }

    /// Whatever can be done in place by its own account is accepted by SQLite, with rows in the table.
    #[test]
    fn what_is_said_to_go_in_place_goes(
        columns in prop::collection::vec(definition(), 1..4),
        list in in_list(),
        added in definition(),
        dropped in column(),
    ) {
        let create = format!("CREATE TABLE t ({}{list})", columns.join(", "));
        let mut driver = memory();
        prop_assume!(driver.execute("CREATE TABLE b (x INTEGER PRIMARY KEY)").is_ok());
        prop_assume!(driver.execute(&create).is_ok());
        let mut before = empty();
        for step in steps(&create) {
            fold::apply(&mut before, &step, dialect()).unwrap();
        }
        let filled = driver.execute("INSERT INTO t DEFAULT VALUES").is_ok();
        for statement in [format!("ALTER TABLE t ADD COLUMN {added}"), format!("ALTER TABLE t DROP COLUMN {dropped}")] {
            let Some([step]) = understood(&statement).as_deref().map(<[Step]>::to_vec).as_deref().map(|steps| [steps[0].clone()]) else { continue };
            let mut after = before.clone();
            if fold::apply(&mut after, &step, dialect()).is_err() || dialect().how(&step, &before) == How::Rebuild {
                continue;
            }
            for rendered in dialect().render(&step, &before).unwrap() {
                driver.begin().unwrap();
                let done = driver.execute(&rendered);
                let excused = done.as_ref().err().is_some_and(|error| excused(&error.message));
                prop_assert!(done.is_ok() || excused, "{done:?}\n{create}\n{rendered}\nfilled: {filled}");
                driver.rollback().unwrap();
            }
        }
    }

    #[test]
    fn nothing_makes_the_reader_fall(text in "[ -~\n\u{e9}]{0,120}") {
        for range in dialect().split(&text) {
            dialect().understand(&text[range]);
        }
        let _ = dialect().read_type(&text);
        let other = text.to_uppercase();
        dialect().same_expression(whimbrel_schema::Pair::new(&Expression::new(text), &Expression::new(other)));
    }

    #[test]
    fn nothing_near_a_statement_makes_the_reader_fall(statement in statement(), at in 0usize..200, noise in "[\"'\\[\\]`();,a0./*\\-]{0,3}") {
        let at = (0..=at.min(statement.len())).rev().find(|at| statement.is_char_boundary(*at)).unwrap();
        let mutilated = format!("{}{noise}{}", &statement[..at], statement.get(at + 2..).unwrap_or_default());
        for range in dialect().split(&mutilated) {
            dialect().understand(&mutilated[range]);
        }
    }
}

fn understood(statement: &str) -> Option<Vec<Step>> {
    match dialect().understand(statement) {
        whimbrel_plan::Understanding::Known { steps, .. } => Some(steps),
        whimbrel_plan::Understanding::Unknown { .. } => None,
    }
}

/// What no schema alone can foretell: expressions that mean nothing, and rows that break a new check.
fn excused(message: &str) -> bool {
    [
        "no such column",
        "CHECK constraint failed",
        "NOT NULL constraint failed",
        "generated column loop",
        "no such table",
        "prohibited",
        "no other columns exist",
        "at least one non-generated",
        "is not constant",
    ]
    .iter()
    .any(|part| message.contains(part))
}

/// Every prefix of every case, cut anywhere.
#[test]
fn no_prefix_of_a_case_makes_the_reader_fall() {
    let mut read = 0;
    for file in ["tables.sql", "indexes.sql", "alterations.sql", "objects.sql"] {
        for case in cases(file) {
            for (at, _) in case.script.char_indices() {
                for range in dialect().split(&case.script[..at]) {
                    dialect().understand(&case.script[range]);
                    read += 1;
                }
            }
        }
    }
    assert!(read > 10_000, "only {read}");
}
