//! The same models, as Python classes and as Rust structs: they ask for one schema, on both engines. That the Python is
//! what the real libraries make of it is held elsewhere (`models.rs`), so that this needs no server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::difference::differences;
use whimbrel_acceptance::truth::{self, ModelCase};
use whimbrel_engines::dialect;
use whimbrel_frontends::diagnostic::Severity;
use whimbrel_frontends::models::Models;
use whimbrel_frontends::{rust, sqlmodel};
use whimbrel_schema::{Engine, Pair, Schema};

/// Cases that only Python has, each with the reason.
fn without_rust_form() -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(truth::home().join("cases/models/without_rust_form.txt"))?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, reason) = line.split_once(": ").with_context(|| format!("`{line}` gives no reason"))?;
            Ok((name.to_owned(), reason.to_owned()))
        })
        .collect()
}

fn lowered(models: &Models, engine: Engine) -> Result<Schema> {
    let desired = models.lower(dialect(engine).context("no such engine")?);
    let errors = desired.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let errors: Vec<String> = errors.map(ToString::to_string).collect();
    ensure!(errors.is_empty() && desired.undecided.is_empty(), "{errors:#?}");
    Ok(desired.schema)
}

#[test]
fn structs_ask_for_what_classes_ask_for() -> Result<()> {
    let mut without = without_rust_form()?;
    let folder = truth::home().join("cases/models");
    let (mut problems, mut columns, mut cases) = (String::new(), 0, 0);
    for case in ModelCase::read_all()? {
        let source = folder.join(format!("{}.rs", case.name));
        let reason = without.remove(&case.name);
        if !source.is_file() {
            ensure!(reason.is_some(), "`{}` has no Rust form, and no reason why", case.name);
            continue;
        }
        ensure!(reason.is_none(), "`{}` has a Rust form after all", case.name);
        cases += 1;
        let classes = sqlmodel::read(std::slice::from_ref(&case.path), &case.project);
        let structs = rust::read(&[source], &folder, &[]);
        for engine in &case.engines {
            let from = lowered(&classes, *engine).with_context(|| case.name.clone())?;
            let to = match lowered(&structs, *engine) {
                Ok(to) => to,
                Err(error) => {
                    writeln!(problems, "{} on {}: {error:#}", case.name, engine.title())?;
                    continue;
                }
            };
            columns += to.tables.values().map(|table| table.columns.len()).sum::<usize>();
            let found = differences(Pair::new(&from, &to), dialect(*engine).context("no such engine")?);
            for difference in found {
                writeln!(problems, "{} on {}: {difference}", case.name, engine.title())?;
            }
        }
    }
    ensure!(without.is_empty(), "there are no such cases: {:?}", without.keys());
    println!("{cases} cases, {columns} columns identical");
    ensure!(problems.is_empty(), "Python → Rust\n{problems}");
    ensure!(cases >= 90 && columns > 600, "only {cases} cases with {columns} columns were compared");
    Ok(())
}
