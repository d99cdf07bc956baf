//! A column under another name: both are there, each write to one is a write to the other, and the old name goes with
//! the contract.

use whimbrel_schema::{Column, Expression, ObjectName, Table};

use super::Fill;
use super::dual_write::{DualWrite, Kept};
use super::middle::Middle;
use crate::autogenerate::Aim;
use crate::{Change, Dialect};

/// The renames that are done this way.
pub(super) fn replaced(aim: &Aim, dialect: &dyn Dialect) -> Vec<Change> {
    let mut replaced: Vec<Change> = Vec::new();
    for change in &aim.renames.changes {
        let Change::RenameColumn { table, from, to } = change else { continue };
        let (Some(before), Some(after)) = (aim.start.table(table), aim.target.table(table)) else { continue };
        let free = |found: &Table, name: &str| found.column(name).is_none();
        // One that takes the name of another that goes, or of one that is renamed in turn, can only be a rename.
        if !free(before, to) || !free(after, from) || !is_plain(before, from) || !is_plain(after, to) {
            continue;
        }
        let mut trial = aim.start.clone();
        let Some((found, column)) = trial.table_mut(table).zip(after.column(to)) else { continue };
        found.columns.push(Column { nullable: true, ..column.clone() });
        let dual = DualWrite { table: table.clone(), kept: vec![Kept::renamed(from, to)] };
        if dual.keep(&mut trial, dialect).is_ok() {
            replaced.push(change.clone());
        }
    }
    replaced
}

/// Neither computed nor counted, and no part of a primary key, which there is one of.
fn is_plain(table: &Table, column: &str) -> bool {
    let in_key = table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|name| name == column));
    !in_key && table.column(column).is_some_and(|found| found.generation.is_none())
}

/// What the new column was called.
pub(super) fn of_new<'c>(replaced: &'c [Change], table: &ObjectName, column: &str) -> Option<&'c str> {
    replaced.iter().find_map(|change| match change {
        Change::RenameColumn { table: of, from, to } if of == table && to == column => Some(from.as_str()),
        _ => None,
    })
}

/// What the old column is called from now on.
pub(super) fn of_old<'c>(replaced: &'c [Change], table: &ObjectName, column: &str) -> Option<&'c str> {
    replaced.iter().find_map(|change| match change {
        Change::RenameColumn { table: of, from, to } if of == table && from == column => Some(to.as_str()),
        _ => None,
    })
}

pub(super) fn add(middle: &mut Middle<'_>, table: &ObjectName, old: &str, column: &Column) {
    let place = (table.clone(), column.name.clone());
    if let Some(new) = middle.column(table, &column.name) {
        new.nullable = true;
        new.on_null = None;
    }
    middle.keep_in_step(table, Kept::renamed(old, &column.name));
    let dialect = middle.dialect;
    let (from, to) = (dialect.quote(old), dialect.quote(&column.name));
    let name = dialect.quote_name(table);
    let comparable = dialect.differ(&to, &from, &column.ty);
    middle.fills.push(Fill {
        table: table.clone(),
        column: column.name.clone(),
        value: Expression::new(from.clone()),
        sql: format!("UPDATE {name} SET {to} = {from} WHERE {comparable}"),
        note: None,
        into_new: false,
    });
    middle.answered.insert(place.clone());
    match middle.choices.backfill(table, &column.name).cloned() {
        // Required where the old one was not.
        Some(value) => {
            middle.stragglers.insert(place, value);
        }
        None => {
            let before = middle.from.table(table).and_then(|found| found.column(old));
            if before.is_some_and(|before| !before.nullable) {
                middle.known.filled.insert(place);
            }
        }
    }
}

/// The old one, as it was: on the way back it gets its values from the new one.
pub(super) fn keep(middle: &mut Middle<'_>, table: &ObjectName, column: &Column, new: &str) {
    if let Some(kept) = middle.column(table, &column.name) {
        kept.nullable = column.nullable;
    }
    let value = Expression::new(middle.dialect.quote(new));
    middle.known.restores.insert((table.clone(), column.name.clone()), value);
}
