//! What a database is, against what its history says.

use std::collections::BTreeSet;

use whimbrel_plan::Change;
use whimbrel_plan::diff::{DiffOptions, diff, in_doubt};
use whimbrel_plan::history::History;
use whimbrel_plan::revision::RevisionId;
use whimbrel_schema::{Pair, Schema};

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

/// A difference as a fact about the database.
pub fn words(change: &Change) -> String {
    let beside = |what: String| format!("{what} is not in the history");
    let gone = |what: String| format!("{what} is gone");
    let other = |what: String| format!("{what} is another");
    match change {
        Change::CreateTable { table } => beside(format!("table `{}`", table.name)),
        Change::DropTable { table } => gone(format!("table `{}`", table.name)),
        Change::RenameTable { from, to } => format!("table `{from}` is called `{to}`"),
        Change::AlterTableOptions { .. }
        | Change::AlterColumn { .. }
        | Change::AlterConstraint { .. }
        | Change::AlterIndex { .. } => format!("somebody did {}", imperative(change)),
        Change::AddColumn { table, column } => beside(format!("column `{table}.{}`", column.name)),
        Change::DropColumn { table, column } => gone(format!("column `{table}.{}`", column.name)),
        Change::RenameColumn { table, from, to } => format!("column `{table}.{from}` is called `{to}`"),
        Change::AddConstraint { table, constraint } => beside(constraint_of(table, constraint)),
        Change::DropConstraint { table, constraint } => gone(constraint_of(table, constraint)),
        Change::CreateIndex { table, index } => beside(format!("index `{}` of `{table}`", index.name)),
        Change::DropIndex { table, index } => gone(format!("index `{}` of `{table}`", index.name)),
        Change::CreateTrigger { table, trigger } => beside(format!("trigger `{}` of `{table}`", trigger.name)),
        Change::DropTrigger { table, trigger } => gone(format!("trigger `{}` of `{table}`", trigger.name)),
        Change::AlterTrigger { table, trigger } => other(format!("trigger `{}` of `{table}`", trigger.to.name)),
        Change::CreateObject { object } => beside(object.id().to_string()),
        Change::DropObject { object } => gone(object.id().to_string()),
        Change::RenameObject { object, to } => format!("{object} is called `{to}`"),
        Change::AlterObject { object } => other(object.to.id().to_string()),
        Change::RenameEnumValue { name, from, to } => format!("value `{from}` of enum `{name}` is called `{to}`"),
        Change::SetComment { on, .. } => other(format!("the comment on {on}")),
    }
}

/// `change column …: type a → b`, in quotes as it were.
fn imperative(change: &Change) -> String {
    format!("“{}”", change.describe())
}

fn constraint_of(table: &whimbrel_schema::ObjectName, constraint: &whimbrel_schema::Constraint) -> String {
    match constraint.name() {
        Some(name) => format!("{} `{name}` of `{table}`", constraint.kind()),
        None => format!("a {} of `{table}`", constraint.kind()),
    }
}
