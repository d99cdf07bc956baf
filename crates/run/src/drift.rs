//! What a database is, against what its history says.

use std::collections::BTreeSet;

use whimbrel_plan::Change;
use whimbrel_plan::diff::{DiffOptions, diff, in_doubt};
use whimbrel_plan::history::History;
use whimbrel_plan::revision::RevisionId;
use whimbrel_schema::{Fingerprint, Pair, Schema};

use crate::ledger::Ledger;
use crate::replay::replay;
use crate::{Driver, DriverError};

/// The schema that these revisions make: in memory where every statement is understood, else on a scratch database.
pub fn expected(driver: &mut dyn Driver, history: &History, applied: &BTreeSet<RevisionId>) -> Result<Schema, String> {
    let folded = history.schema_of(applied, driver.dialect()).map_err(|error| error.to_string())?;
    let Some(unknown) = folded.unknown.first() else { return Ok(folded.schema) };
    replay(driver, history, applied)
        .map_err(|error| format!("{} is not understood ({}), and {error}", unknown.origin, unknown.reason))
}

/// What somebody did to the database beside its history. The engine is asked about texts that may mean the same.
pub fn compare(driver: &mut dyn Driver, history: &Schema, live: &Schema) -> Result<Vec<Change>, DriverError> {
    let dialect = driver.dialect();
    let options = DiffOptions::default();
    let changes = diff(Pair::new(history, live), dialect, &options);
    let doubtful = in_doubt(&changes);
    if doubtful.is_empty() {
        return Ok(changes);
    }
    let normalized = driver.normalize(history, &doubtful)?;
    Ok(diff(Pair::new(&normalized, live), dialect, &options))
}

/// What a database is, beside what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    None,
    /// In words, and never empty.
    Found(Vec<String>),
    /// What it should be is not known, and neither is what it was.
    Unknown(String),
}

/// The database is what it was when the last run left it; or, where nobody looked then, what the history says. `live` is
/// what it is, and `now` the fingerprint of that.
pub fn look(
    driver: &mut dyn Driver,
    history: &History,
    ledger: &Ledger,
    live: &Schema,
    now: &Fingerprint,
) -> Result<Drift, DriverError> {
    if ledger.fingerprint() == Some(now) {
        return Ok(Drift::None);
    }
    let differences = match expected(driver, history, &ledger.applied_ids()) {
        Ok(expected) => compare(driver, &expected, live)?.iter().map(words).collect(),
        // Nobody knows what it should be. Where it is known to be other than it was, that is drift all the same.
        Err(why) => match ledger.fingerprint().filter(|known| known.comparable(now)) {
            Some(known) => vec![format!("it was {known} and is {now}; which objects differ is unknown: {why}")],
            None => return Ok(Drift::Unknown(why)),
        },
    };
    Ok(if differences.is_empty() { Drift::None } else { Drift::Found(differences) })
}

/// What nobody can see is taken for the worst where it counts.
pub fn unseen(why: &str) -> Vec<String> {
    vec![format!("whether it is what it should be is unknown: {why}")]
}

/// A difference as a fact about the database.
pub fn words(change: &Change) -> String {
    let told = change.describe();
    let beside = |what: &str| format!("{what} is not in the history");
    let gone = |what: &str| format!("{what} is gone");
    match change {
        Change::CreateTable { table } => beside(&format!("table `{}`", table.name)),
        Change::AddColumn { table, column } => beside(&format!("column `{table}.{}`", column.name)),
        Change::CreateIndex { table, index } => beside(&format!("index `{}` of `{table}`", index.name)),
        Change::CreateTrigger { table, trigger } => beside(&format!("trigger `{}` of `{table}`", trigger.name)),
        Change::AddConstraint { .. } => beside(&without(&told, "add ").replace(" to table ", " of table ")),
        Change::CreateObject { .. } => beside(without(&told, "create ")),
        Change::DropTable { .. }
        | Change::DropColumn { .. }
        | Change::DropIndex { .. }
        | Change::DropTrigger { .. }
        | Change::DropConstraint { .. }
        | Change::DropObject { .. } => gone(without(&told, "drop ")),
        Change::RenameTable { .. }
        | Change::RenameColumn { .. }
        | Change::RenameObject { .. }
        | Change::RenameEnumValue { .. } => renamed(without(&told, "rename ")),
        Change::SetComment { on, .. } => format!("the comment on {on} differs"),
        Change::AlterTableOptions { .. }
        | Change::AlterColumn { .. }
        | Change::AlterConstraint { .. }
        | Change::AlterIndex { .. }
        | Change::AlterTrigger { .. }
        | Change::AlterObject { .. } => match told.strip_prefix("rename ") {
            Some(what) => renamed(what),
            None => differs(without(&told, "change ")),
        },
    }
}

fn without<'a>(told: &'a str, verb: &str) -> &'a str {
    told.strip_prefix(verb).unwrap_or(told)
}

/// `column `a.b`: type x → y`, from the history to the database.
fn differs(told: &str) -> String {
    match told.split_once(": ") {
        Some((what, how)) => format!("{what} differs: {how}"),
        None => format!("{told} differs"),
    }
}

fn renamed(told: &str) -> String {
    match told.rsplit_once(" to ") {
        Some((what, name)) => format!("{what} is called {name}"),
        None => format!("{told} differs"),
    }
}
