//! No under-statement: what MariaDB did with every measured statement against what was predicted of it.
//!
//! `facts/mariadb.jsonl` says which ALGORITHM and LOCK the server accepted, whether others were kept out, and whether
//! the table was written anew. What is predicted may be worse than that, which is counted; it may not be better.

#![allow(clippy::panic)]

use std::fs;
use std::path::Path;

use serde::Deserialize;
use whimbrel_acceptance::mariadb::BASE;
use whimbrel_plan::fold;
use whimbrel_plan::review::{Blocks, Circumstances, Danger, Facts, Prediction, Session, Work};
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::{Engine, Schema, Version};

#[derive(Debug, Deserialize)]
struct Operation {
    operation: String,
    setup: Vec<String>,
    sql: Vec<String>,
    measured: Vec<Measured>,
}

#[derive(Debug, Deserialize)]
struct Measured {
    version: String,
    lock: String,
    blocks_reads: String,
    blocks_writes: String,
    rewrite: String,
    scan: String,
    note: String,
}

/// What the measurements did beforehand and do not list.
fn prepared(operation: &str) -> &'static str {
    match operation {
        "DROP CHECK" => "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0)",
        "DROP FOREIGN KEY" => {
            "ALTER TABLE t ADD KEY ref (ref); ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (ref) REFERENCES p (id)"
        }
        name if name.starts_with("ADD FOREIGN KEY") => "ALTER TABLE t ADD KEY ref (ref)",
        _ => "",
    }
}

fn take(schema: &mut Schema, script: &str, dialect: &dyn Dialect) {
    for range in dialect.split(script) {
        let sql = &script[range];
        let Understanding::Known { steps, .. } = dialect.understand(sql) else { panic!("`{sql}` is not understood") };
        for step in &steps {
            fold::apply(schema, step, dialect).unwrap_or_else(|error| panic!("`{sql}`: {error}"));
        }
    }
}

fn predict(operation: &Operation, facts: &Facts, dialect: &dyn Dialect) -> Prediction {
    let mut before = Schema::new(Engine::Mysql);
    take(&mut before, BASE, dialect);
    take(&mut before, prepared(&operation.operation), dialect);
    take(&mut before, &operation.setup.join(";"), dialect);
    let [sql] = operation.sql.as_slice() else { panic!("{}: more than one statement", operation.operation) };
    let understood = dialect.understand(sql);
    assert!(matches!(understood, Understanding::Known { .. }), "`{sql}`: {understood:?}");
    let off = operation.operation.contains("foreign_key_checks=0");
    let settings = off.then(|| ("foreign_key_checks".to_string(), "0".to_string()));
    let session = Session::new(settings.into_iter().collect());
    let at = Circumstances {
        before: &before,
        complete: true,
        certain: true,
        facts,
        session: &session,
        in_transaction: false,
    };
    dialect.predict(sql, &understood, &at)
}

const ALGORITHMS: [&str; 4] = ["INSTANT", "NOCOPY", "INPLACE", "COPY"];
const LEVELS: [&str; 3] = ["NONE", "SHARED", "EXCLUSIVE"];

/// The best algorithm that was accepted, and the weakest lock with it: `INSTANT:no; NOCOPY/LOCK=NONE`.
fn accepted(lock: &str) -> Option<(usize, usize)> {
    lock.split("; ").find_map(|part| {
        let (algorithm, lock) = part.split_once("/LOCK=")?;
        let place = |list: &[&str], word: &str| list.iter().position(|known| *known == word);
        Some((place(&ALGORITHMS, algorithm)?, place(&LEVELS, lock)?))
    })
}

/// The same of a prediction: a statement that only touches metadata is INSTANT.
fn predicted(prediction: &Prediction) -> (usize, usize) {
    let find = |list: &[&str], text: &str, before: &str| {
        list.iter().position(|word| text.contains(&format!("{before}{word}"))).unwrap_or_default()
    };
    let manner = |name: &str| (find(&ALGORITHMS, name, "ALGORITHM="), find(&LEVELS, name, "LOCK="));
    prediction.touches.iter().map(|touch| manner(&touch.lock.name)).max().unwrap_or_default()
}

/// What is said too little of a statement, and what too much.
fn compare(operation: &Operation, measured: &Measured, prediction: &Prediction) -> (Vec<String>, Vec<String>) {
    let (mut under, mut over) = (Vec::new(), Vec::new());
    let mut hold = |what: &str, was: bool, said: bool| match (was, said) {
        (true, false) => under.push(format!("{}: {what} was not foreseen", operation.operation)),
        (false, true) => over.push(format!("{}: {what} did not happen", operation.operation)),
        (true, true) | (false, false) => {}
    };
    let fails = prediction.dangers.iter().any(|told| matches!(told.danger, Danger::Fails { .. }));
    if measured.note.starts_with("ERROR") {
        hold("a failure", true, fails);
        return (under, over);
    }
    let blocks = |wanted: Blocks| {
        prediction
            .touches
            .iter()
            .any(|touch| touch.lock.blocks >= wanted && touch.lock.held > whimbrel_plan::review::Held::Moment)
    };
    hold("blocked reads", measured.blocks_reads.contains("YES"), blocks(Blocks::ReadsAndWrites));
    hold("blocked writes", measured.blocks_writes.contains("YES"), blocks(Blocks::Writes));
    for table in ["t", "p", "u", "c"] {
        let was = measured.blocks_writes.split(' ').any(|word| word == format!("{table}:YES"));
        let named = |touch: &&whimbrel_plan::review::Touch| touch.relation().is_some_and(|name| name.name == table);
        let said = prediction.touches.iter().filter(named).any(whimbrel_plan::review::Touch::blocks_writes);
        hold(&format!("blocked writes of {table}"), was, was && said);
    }
    let works = |wanted: fn(&Work) -> bool| prediction.touches.iter().flat_map(|touch| &touch.work).any(wanted);
    hold("a rewrite", measured.rewrite == "yes", works(|work| *work == Work::Rewrite));
    // A table that is dropped takes time for its file, not for its rows.
    if measured.rewrite != "n/a" {
        hold("work on every row", measured.scan.starts_with("yes"), works(|_| true));
    }
    if let Some(was) = accepted(&measured.lock) {
        let said = predicted(prediction);
        // A lock of a moment is not what a statement holds while it works.
        let was = if was.0 == 0 { (0, 0) } else { was };
        hold(&format!("{} with LOCK={}", ALGORITHMS[was.0], LEVELS[was.1]), said.0 < was.0 || said.1 < was.1, false);
        hold(&format!("{} with LOCK={}", ALGORITHMS[said.0], LEVELS[said.1]), false, said > was);
    }
    (under, over)
}

#[test]
fn no_measured_statement_does_more_than_was_predicted() {
    let dialect = whimbrel_engines::dialect(Engine::Mysql).unwrap_or_else(|| panic!("there is no room for MySQL"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("facts/mariadb.jsonl");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut under, mut over, mut held) = (Vec::new(), Vec::new(), 0);
    for line in text.lines() {
        let operation: Operation = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        for measured in &operation.measured {
            let version: Version = measured.version.parse().unwrap_or_else(|error| panic!("{error}"));
            let known = Facts { version: Some(version), variant: Some("MariaDB".into()), ..Facts::default() };
            let (less, more) = compare(&operation, measured, &predict(&operation, &known, dialect));
            under.extend(less);
            over.extend(more);
            // Nobody knows the server: what is said may be worse, and still never better.
            let (less, _) = compare(&operation, measured, &predict(&operation, &Facts::default(), dialect));
            under.extend(less.into_iter().map(|what| format!("{what} (of an unknown server)")));
            held += 1;
        }
    }
    println!("{held} measured operations, {} over-stated:\n{}", over.len(), over.join("\n"));
    assert!(held >= 40, "only {held} operations were looked at");
    assert!(under.is_empty(), "said too little:\n{}", under.join("\n"));
}
