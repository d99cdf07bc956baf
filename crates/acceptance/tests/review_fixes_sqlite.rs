//! A fix takes its finding away, brings none, and leaves what the file would have left: the same schema. And where the
//! file would have destroyed rows that it did not mean, the fixed one keeps them.
#![allow(clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::{Journal, SQLITE};
use whimbrel_acceptance::laws::ensure_same;
use whimbrel_acceptance::sections::Sections;
use whimbrel_frontends::scripts::{self, Part};
use whimbrel_plan::Dialect;
use whimbrel_plan::review::{Config, Reviewed, Reviewer, Script, edited};
use whimbrel_run::Driver;
use whimbrel_schema::{Engine, Pair, Schema};

fn script(text: &str, dialect: &dyn Dialect) -> Arc<Script> {
    let whole = [Part::new(0..text.len(), true)];
    Arc::new(scripts::cut(Arc::new(PathBuf::from("it.sql")), Arc::from(text), &whole, dialect))
}

fn config(case: &Sections) -> Result<Config> {
    let mut config = Config { from_empty: true, ..Config::default() };
    for line in case.get("known").lines() {
        if let Some((name, value)) = line.strip_prefix("-- set: ").and_then(|set| set.split_once(" = ")) {
            config.session.insert(name.to_string(), value.to_string());
        } else if let Some(version) = line.strip_prefix("-- version: ") {
            config.facts.version = Some(version.parse().map_err(anyhow::Error::msg)?);
        }
    }
    Ok(config)
}

fn review(setup: &str, judge: &str, config: &Config, dialect: &dyn Dialect) -> Result<Reviewed> {
    let mut reviewer = Reviewer::new(Schema::new(Engine::Sqlite), dialect, config);
    let mut last = None;
    for (text, judged) in [(setup, false), (judge, true)] {
        let mut script = script(text, dialect);
        Arc::make_mut(&mut script).judged = judged;
        let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
        last = reviewer.take(&script, &understood);
    }
    last.context("nothing was judged")
}

fn counted(reviewed: &Reviewed) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in reviewed.statements.iter().flat_map(|statement| &statement.findings) {
        *counts.entry(finding.rule).or_default() += 1;
    }
    counts
}

/// Runs the file as its tool would: what belongs to one transaction in one, the rest alone.
fn run(text: &str, driver: &mut dyn Driver) -> Result<()> {
    let script = script(text, driver.dialect());
    let mut open = None;
    for statement in &script.statements {
        if open != statement.transaction {
            if open.is_some() {
                driver.execute_script("COMMIT")?;
            }
            if statement.transaction.is_some() {
                driver.execute_script("BEGIN")?;
            }
            open = statement.transaction;
        }
        let sql = script.sql(statement);
        driver.execute_script(sql).with_context(|| sql.to_string())?;
    }
    if open.is_some() {
        driver.execute_script("COMMIT")?;
    }
    Ok(())
}

fn rows_of(schema: &Schema, driver: &mut dyn Driver) -> Result<BTreeMap<String, Option<String>>> {
    let mut rows = BTreeMap::new();
    for name in schema.tables.keys() {
        let found = driver.query(&format!("SELECT count(*) FROM \"{name}\""), &[])?;
        let count = found.into_iter().next().and_then(|row| row.into_iter().next()).context("no count")?;
        rows.insert(name.to_string(), count);
    }
    Ok(rows)
}

#[test]
fn a_fix_takes_its_finding_away_and_leaves_the_same_schema() -> Result<()> {
    let dialect = whimbrel_engines::dialect(Engine::Sqlite).context("no dialect for SQLite")?;
    let (mut fixed_files, mut rules, mut kept) = (0, BTreeSet::new(), 0);
    for case in Sections::read_all(Engine::Sqlite)? {
        let (config, setup, judge) = (config(&case)?, case.get("setup"), case.get("judge"));
        let before = review(setup, judge, &config, dialect)?;
        let fixes: Vec<_> = before.statements.iter().flat_map(|it| it.fixable()).map(|(_, fix)| fix).collect();
        if fixes.is_empty() {
            continue;
        }
        let place = &case.place;
        let fixed = edited(judge, &fixes).with_context(|| format!("{place}: the edits overlap"))?;
        let after = review(setup, &fixed, &config, dialect)?;
        let (found, left) = (counted(&before), counted(&after));
        for statement in &before.statements {
            for (finding, _) in statement.fixable() {
                let rule = finding.rule;
                rules.insert(rule);
                ensure!(left.get(rule) < found.get(rule), "{place}: `{rule}` is still found in\n{fixed}");
            }
        }
        for (rule, count) in &left {
            ensure!(found.get(rule) >= Some(count), "{place}: `{rule}` is new in\n{fixed}");
        }
        let (mut here, mut there) = (SQLITE.sqlite(Journal::Rollback)?, SQLITE.sqlite(Journal::Rollback)?);
        let mut reached = Vec::new();
        for (text, database) in [(judge, &mut here), (fixed.as_str(), &mut there)] {
            let driver = database.driver.as_mut();
            driver.execute_script("PRAGMA foreign_keys = OFF")?;
            driver.execute_script(setup)?;
            let schema = driver.introspect()?;
            for table in schema.tables.values() {
                let columns: Vec<_> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
                let values = vec!["1"; columns.len()].join(", ");
                driver.execute_script(&format!(
                    "INSERT INTO \"{}\" ({}) VALUES ({values})",
                    table.name,
                    columns.join(", ")
                ))?;
            }
            let enforced = config.session.get("foreign_keys").map_or("ON", String::as_str);
            driver.execute_script(&format!("PRAGMA foreign_keys = {enforced}"))?;
            let rows = rows_of(&schema, driver)?;
            let outcome = run(text, driver);
            reached.push((rows, outcome));
        }
        let (rows, outcome) = &reached[1];
        outcome.as_ref().map_err(|error| anyhow::anyhow!("{place}: {error:#}\n{fixed}"))?;
        let after = there.driver.introspect()?;
        let now = rows_of(&after, there.driver.as_mut())?;
        for (table, count) in rows {
            ensure!(now.get(table).is_none_or(|left| left == count), "{place}: rows of `{table}` are gone\n{fixed}");
        }
        // What fails as it was written, because foreign keys stand in the way, leaves nothing to compare with.
        if reached[0].1.is_ok() {
            let schema = here.driver.introspect()?;
            ensure_same(place, Pair::new(&after, &schema), there.driver.as_mut())?;
            let lost = rows_of(&schema, here.driver.as_mut())? != now;
            kept += usize::from(lost);
        }
        fixed_files += 1;
    }
    println!("{fixed_files} files fixed, of {} rules; {kept} of them would have destroyed rows", rules.len());
    ensure!(fixed_files >= 6 && rules.len() >= 3 && kept >= 1, "too little was fixed: {fixed_files} files, {rules:?}");
    Ok(())
}
