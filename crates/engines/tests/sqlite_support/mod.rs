//! What the SQLite laws share: cases as data, a database of each kind, and the fold of a script.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use whimbrel_engines::sqlite::{Mode, Place, connect, dialect};
use whimbrel_plan::{Step, Understanding, fold};
use whimbrel_run::Driver;
use whimbrel_schema::{Check, Engine, Expression, Generation, IndexTarget, Object, Pair, Schema, Table};

pub struct Case {
    pub name: String,
    pub script: String,
}

/// `-- case: name`, then the script.
pub fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sqlite_cases").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let found: Vec<_> = text
        .split("-- case: ")
        .skip(1)
        .map(|part| {
            let (name, script) = part.split_once('\n').unwrap();
            Case { name: name.to_string(), script: script.to_string() }
        })
        .collect();
    assert!(found.len() > 5, "{file} holds only {} cases", found.len());
    found
}

pub fn memory() -> Box<dyn Driver> {
    Box::new(connect(&Place::Memory, Mode::Create).unwrap())
}

pub fn file(path: &Path, journal: &str) -> Box<dyn Driver> {
    let mut driver = connect(&Place::from(path), Mode::Create).unwrap();
    driver.execute(&format!("PRAGMA journal_mode = {journal}")).unwrap();
    Box::new(driver)
}

pub fn steps(script: &str) -> Vec<Step> {
    let mut found = Vec::new();
    for range in dialect().split(script) {
        match dialect().understand(&script[range.clone()]) {
            Understanding::Known { steps, .. } => found.extend(steps),
            Understanding::Unknown { reason, at, .. } => {
                panic!("not understood at {at}: {reason}\n{}", &script[range])
            }
        }
    }
    found
}

pub fn empty() -> Schema {
    Schema::new(Engine::Sqlite)
}

pub fn take(schema: &mut Schema, step: &Step) {
    fold::apply(schema, step, dialect()).unwrap_or_else(|error| panic!("{error}\n{step:#?}"));
}

/// What lasts of the script, in the order in which introspection gives it.
pub fn folded(script: &str) -> Schema {
    let mut schema = empty();
    steps(script).iter().for_each(|step| take(&mut schema, step));
    settled(schema)
}

pub fn settled(mut schema: Schema) -> Schema {
    fold::settle(&mut schema, dialect());
    schema
}

pub fn assert_same(mut folded: Schema, read: &Schema, about: &str) {
    if folded == *read {
        return;
    }
    align(&mut folded, read);
    if folded == *read {
        return;
    }
    let lines = |schema: &Schema| -> Vec<String> {
        serde_json::to_string_pretty(schema).unwrap().lines().map(str::to_string).collect()
    };
    let (folded, read) = (lines(&folded), lines(read));
    let same = folded.iter().zip(&read).take_while(|(a, b)| a == b).count();
    let near =
        |lines: &[String]| lines.iter().skip(same.saturating_sub(8)).take(20).cloned().collect::<Vec<_>>().join("\n");
    panic!("{about}\nfolded: {}\nread:   {}", near(&folded), near(&read));
}

/// Takes over from `read` every expression that certainly means the same.
pub fn align(folded: &mut Schema, read: &Schema) {
    for (name, table) in folded.tables.iter_mut() {
        if let Some(other) = read.tables.get(name) {
            align_table(table, other);
        }
    }
    for (id, object) in &mut folded.objects {
        if let (Object::View(view), Some(Object::View(other))) = (object, read.objects.get(id)) {
            adopt(&mut view.query, &other.query);
            for (trigger, other) in view.triggers.iter_mut().zip(&other.triggers) {
                adopt_text(&mut trigger.definition, &other.definition);
            }
        }
    }
}

fn align_table(table: &mut Table, other: &Table) {
    for (column, other) in table.columns.iter_mut().zip(&other.columns) {
        if let (Some(default), Some(other)) = (&mut column.default, &other.default) {
            adopt(default, other);
        }
        match (&mut column.generation, &other.generation) {
            (Some(Generation::Stored(text)), Some(Generation::Stored(other)))
            | (Some(Generation::Virtual(text)), Some(Generation::Virtual(other))) => adopt(text, other),
            _ => {}
        }
    }
    // Two may mean the same and be written differently; each has its own partner.
    let mut partners = other.checks.clone();
    for check in &mut table.checks {
        let same = |candidate: &Check| {
            candidate.name == check.name
                && dialect().same_expression(Pair::new(&check.expression, &candidate.expression))
        };
        if let Some(at) = partners.iter().position(same) {
            check.expression = partners.remove(at).expression;
        }
    }
    table.sort();
    for (index, other) in table.indexes.iter_mut().zip(&other.indexes) {
        for (key, other) in index.keys.iter_mut().zip(&other.keys) {
            if let (IndexTarget::Expression(text), IndexTarget::Expression(other)) = (&mut key.target, &other.target) {
                adopt(text, other);
            }
        }
        if let (Some(predicate), Some(other)) = (&mut index.predicate, &other.predicate) {
            adopt(predicate, other);
        }
    }
    for (trigger, other) in table.triggers.iter_mut().zip(&other.triggers) {
        adopt_text(&mut trigger.definition, &other.definition);
    }
}

fn adopt(text: &mut Expression, other: &Expression) {
    if dialect().same_expression(Pair::new(text, other)) {
        *text = other.clone();
    }
}

fn adopt_text(text: &mut String, other: &str) {
    let mut expression = Expression::new(text.clone());
    adopt(&mut expression, &Expression::new(other));
    *text = expression.0;
}
