//! PostgreSQL's text, held against itself and against a real server: every statement under `cases/postgres` is read,
//! taken, rendered and read again; and what its script folds to is what a server on which it ran has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use whimbrel_acceptance::difference::differences;
use whimbrel_engines::postgres::POSTGRES;
use whimbrel_plan::fold::apply;
use whimbrel_plan::{Dialect, RenderError, Step, Understanding};
use whimbrel_schema::{Engine, Pair, Schema};

struct Case {
    name: String,
    script: String,
}

impl Case {
    fn statements(&self) -> Vec<&str> {
        POSTGRES.split(&self.script).into_iter().map(|range| &self.script[range]).collect()
    }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/postgres");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for part in text.split("-- case: ").skip(1) {
            let (name, script) = part.split_once('\n').unwrap();
            let name = format!("{}: {name}", file.file_stem().unwrap().to_string_lossy());
            cases.push(Case { name, script: script.to_string() });
        }
    }
    assert!(cases.len() > 20, "the cases are not where they were");
    cases
}

fn steps(statement: &str) -> Vec<Step> {
    match POSTGRES.understand(statement) {
        Understanding::Known { steps, .. } => steps,
        Understanding::Unknown { reason, at, .. } => panic!("{statement}\nis not understood: {reason} at {at}"),
    }
}

fn take(schema: &mut Schema, step: &Step, statement: &str) {
    apply(schema, step, &POSTGRES).unwrap_or_else(|error| panic!("{statement}\n{error}"));
}

#[test]
fn what_is_rendered_is_read_as_it_was_meant() {
    let mut read = 0;
    let mut failures = Vec::new();
    for case in cases() {
        let mut schema = Schema::new(Engine::Postgres);
        for statement in case.statements() {
            for step in steps(statement) {
                let rendered = match POSTGRES.render(&step, &schema) {
                    Ok(rendered) => rendered,
                    Err(RenderError::Unsupported { .. }) if matches!(step, Step::ChangeData { .. }) => continue,
                    Err(error) => panic!("{}: {statement}\n{step:?}\n{error}", case.name),
                };
                let mut again = schema.clone();
                for sql in &rendered {
                    for step in steps(sql) {
                        take(&mut again, &step, sql);
                    }
                }
                take(&mut schema, &step, statement);
                let found = differences(Pair::new(&schema, &again), &POSTGRES);
                if !found.is_empty() {
                    let case = &case.name;
                    failures.push(format!("{case}: {statement}\n=> {}\n{}", rendered.join(";\n"), found.join("\n")));
                }
            }
            read += 1;
        }
    }
    assert!(failures.is_empty(), "{} of {read}:\n{}", failures.len(), failures.join("\n\n"));
    assert!(read >= 200, "only {read} statements were read");
}

/// Every table of a case, made at once from its value: what autogenerate writes for a new table.
#[test]
fn a_schema_is_rendered_whole() {
    let mut rendered = 0;
    for case in cases() {
        let mut schema = Schema::new(Engine::Postgres);
        for statement in case.statements() {
            for step in steps(statement) {
                take(&mut schema, &step, statement);
            }
        }
        for table in schema.tables.values() {
            let mut without = schema.clone();
            without.tables.remove(&table.name);
            let mut bare = table.clone();
            bare.indexes.clear();
            bare.triggers.clear();
            let step = Step::CreateTable { table: Box::new(bare), if_not_exists: false };
            let mut direct = without.clone();
            take(&mut direct, &step, &case.name);
            for sql in POSTGRES.render(&step, &without).unwrap() {
                for step in steps(&sql) {
                    take(&mut without, &step, &sql);
                }
            }
            let found = differences(Pair::new(&direct, &without), &POSTGRES);
            assert!(found.is_empty(), "{}: {}\n{}", case.name, table.name, found.join("\n"));
            rendered += 1;
        }
    }
    assert!(rendered > 30, "only {rendered} tables were rendered");
}
