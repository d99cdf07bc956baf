//! A column under another name: both are there, each write to one is a write to the other, and the old name goes with
//! the contract.

use whimbrel_schema::{Column, ObjectName, Pair, Table};

use super::conversion;
use super::dual_write::{DualWrite, Kept, Value};
use super::middle::Middle;
use crate::autogenerate::Aim;
use crate::{Change, Choices, Dialect};

/// The renames that are done this way.
pub(super) fn replaced(aim: &Aim, dialect: &dyn Dialect, choices: &Choices) -> Vec<Change> {
    let mut replaced: Vec<Change> = Vec::new();
    for change in &aim.renames.changes {
        let Change::RenameColumn { table, from, to } = change else { continue };
        let (Some(before), Some(after)) = (aim.start.table(table), aim.target.table(table)) else { continue };
        // One that only goes and comes would lose its values.
        if !super::can_evolve(&aim.start, table) || !super::can_evolve(&aim.target, table) {
            continue;
        }
        let free = |found: &Table, name: &str| found.column(name).is_none();
        // One that takes the name of another that goes, or of one that is renamed in turn, can only be a rename.
        if !free(before, to) || !free(after, from) || !is_plain(before, from) || !is_plain(after, to) {
            continue;
        }
        let Some(columns) = before.column(from).zip(after.column(to)) else { continue };
        let mut trial = aim.start.clone();
        let Some(found) = trial.table_mut(table) else { continue };
        found.columns.push(Column { nullable: true, ..columns.1.clone() });
        let Some(kept) = kept(table, Pair::new(columns.0, columns.1), dialect, choices) else { continue };
        let dual = DualWrite { table: table.clone(), kept: vec![kept] };
        if dual.keep(&mut trial, dialect).is_ok() {
            replaced.push(change.clone());
        }
    }
    replaced
}

/// What each of the two gets from the other; `--using` speaks of both by the new name.
fn values(table: &ObjectName, columns: Pair<&Column>, dialect: &dyn Dialect, choices: &Choices) -> Option<Pair<Value>> {
    let names = columns.map(|column| column.name.as_str());
    let forward = choices.using(table, names.to).map(|using| conversion::about(using, names.reversed(), dialect));
    let backward = choices.using(table, names.from).cloned();
    conversion::values(columns, Pair::new(backward.as_ref(), forward.as_ref()), dialect)
}

fn kept(table: &ObjectName, columns: Pair<&Column>, dialect: &dyn Dialect, choices: &Choices) -> Option<Kept> {
    let values = values(table, columns, dialect, choices)?;
    Some(Kept::converted(&columns.from.name, &columns.to.name, values.to, values.from))
}

/// Neither computed nor counted, and no part of a primary key, which there is one of.
fn is_plain(table: &Table, column: &str) -> bool {
    let in_key = table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|name| name == column));
    !in_key && table.column(column).is_some_and(|found| found.generation.is_none())
}

/// What the new column was called.
pub(super) fn of_new<'c>(replaced: &'c [Change], table: &ObjectName, column: &str) -> Option<&'c str> {
    replaced.iter().find_map(|change| {
        let Change::RenameColumn { table: of, from, to } = change else { return None };
        (of == table && to == column).then_some(from.as_str())
    })
}

/// Whether the column goes for another of a new name.
pub(super) fn is_old(replaced: &[Change], table: &ObjectName, column: &str) -> bool {
    let is = |change: &Change| matches!(change, Change::RenameColumn { table: of, from, .. } if of == table && from == column);
    replaced.iter().any(is)
}

pub(super) fn add(middle: &mut Middle<'_>, table: &ObjectName, old: &str, column: &Column) {
    let place = (table.clone(), column.name.clone());
    let Some(before) = middle.from.table(table).and_then(|found| found.column(old)) else { return };
    let columns = Pair::new(before, column);
    let (dialect, choices) = (middle.dialect, middle.choices);
    let Some(values) = values(table, columns, dialect, choices) else { return };
    if let Some(new) = middle.column(table, &column.name) {
        new.nullable = true;
        new.on_null = None;
    }
    middle.keep_in_step(table, Kept::converted(old, &column.name, values.to.clone(), values.from.clone()));
    middle.fills.extend(conversion::fill(table, columns, &values.to, dialect));
    let restored = conversion::sql(&values.from, dialect).map(|value| ((table.clone(), old.to_string()), value));
    middle.known.restores.extend(restored);
    middle.answered.insert(place.clone());
    match middle.choices.backfill(table, &column.name).cloned() {
        // Required where the old one was not.
        Some(value) => {
            middle.tightened.insert(place.clone());
            middle.stragglers.insert(place, value);
        }
        None => {
            if !before.nullable {
                middle.known.filled.insert(place);
            }
        }
    }
}

/// The old one, as it was: what keeps it in step fills it for new code.
pub(super) fn keep(middle: &mut Middle<'_>, table: &ObjectName, column: &Column) {
    if let Some(kept) = middle.column(table, &column.name) {
        kept.nullable = column.nullable;
    }
}
