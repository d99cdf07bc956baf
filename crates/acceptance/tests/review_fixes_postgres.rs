//! A fix changes how a schema is reached, never which: on real servers, each case of a rule's fix ends in the same
//! schema as what it was made from.

#![allow(clippy::panic)]

use std::fs;

use whimbrel_acceptance::database::{self, Ground};
use whimbrel_acceptance::difference::differences;
use whimbrel_acceptance::review_case::{Case, cut, fixed, folder, read, script_of};
use whimbrel_run::{Driver, DriverError};
use whimbrel_schema::{Engine, Pair, Schema};

/// Runs it as a tool would that opens one transaction around the statements that take part in one.
fn run(driver: &mut dyn Driver, text: &str, transactions: bool) -> Result<(), DriverError> {
    let script = cut(text, "script.sql", driver.dialect());
    let mut open = None;
    for statement in &script.statements {
        let wanted = statement.transaction.filter(|_| transactions);
        if wanted != open {
            if open.is_some() {
                driver.execute("COMMIT")?;
            }
            if wanted.is_some() {
                driver.execute("BEGIN")?;
            }
            open = wanted;
        }
        if let Err(error) = driver.execute(script.sql(statement)) {
            if open.is_some() {
                driver.execute("ROLLBACK")?;
            }
            return Err(error);
        }
    }
    if open.is_some() {
        driver.execute("COMMIT")?;
    }
    Ok(())
}

/// The schema after these texts, one after the other. What cannot be part of a transaction and stands in one, which is
/// what some rules are about, is run outside of it.
fn schema_after(ground: Ground, texts: &[String]) -> Result<Schema, String> {
    let mut database = ground.database().map_err(|error| error.to_string())?;
    let driver = database.driver.as_mut();
    for text in texts {
        if run(driver, text, true).is_err() {
            run(driver, text, false).map_err(|error| format!("{error}\n{text}"))?;
        }
    }
    // What is left open was meant to be committed.
    driver.execute("COMMIT").map_err(|error| error.to_string())?;
    let mut schema = driver.introspect().map_err(|error| error.to_string())?;
    schema.sort();
    Ok(schema)
}

fn compare(ground: Ground, case: &Case, place: &str) -> Option<String> {
    let dialect = whimbrel_engines::dialect(ground.engine)?;
    let made = fixed(case, dialect).unwrap_or_else(|| panic!("{place}: cannot be fixed"));
    assert!(!made.taken.is_empty(), "{place}: no fix was taken: {:?}", made.refused);
    let original = [case.setup.clone(), case.judge.clone()];
    let better: Vec<String> =
        [case.setup.clone(), made.text].into_iter().chain(made.then.iter().map(script_of)).collect();
    let (from, to) = match (schema_after(ground, &original), schema_after(ground, &better)) {
        (Ok(from), Ok(to)) => (from, to),
        (from, to) => return Some(format!("{place} on {ground}: {:?} and {:?}", from.err(), to.err())),
    };
    let found = differences(Pair::new(&from, &to), dialect);
    (!found.is_empty()).then(|| format!("{place} on {ground}:\n{}", found.join("\n")))
}

#[test]
fn a_fixed_script_ends_in_the_same_schema() {
    let mut files: Vec<_> = fs::read_dir(folder(Engine::Postgres))
        .unwrap_or_else(|error| panic!("{error}"))
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let held = database::on_each_postgres(|ground| {
        let (mut problems, mut compared) = (Vec::new(), 0);
        for path in &files {
            let rule = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            // Detaching concurrently is newer than the oldest server.
            if rule == "detach-blocks" && ground.major < 14 {
                continue;
            }
            for case in read(path, &rule).into_iter().filter(|case| case.fixed.is_some()) {
                compared += 1;
                problems.extend(compare(ground, &case, &format!("{rule}, `{}`", case.name)));
            }
        }
        anyhow::ensure!(compared > 0, "no case has a fix");
        anyhow::ensure!(problems.is_empty(), "{}", problems.join("\n\n"));
        Ok(())
    });
    held.unwrap_or_else(|error| panic!("{error:#}"));
}
