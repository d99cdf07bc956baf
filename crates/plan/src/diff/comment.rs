use whimbrel_schema::{Column, Constraint, Index, Pair, Table, Trigger};

use super::{DiffOptions, constraint::same_constraint};
use crate::{Change, CommentTarget, Dialect};

/// Comments on the table and on everything in it that is on both sides, or only in `to`.
pub(super) fn of_table(tables: Pair<&Table>, dialect: &dyn Dialect, options: &DiffOptions, changes: &mut Vec<Change>) {
    let engine = dialect.engine();
    let Pair { from, to } = tables;
    let name = &to.name;
    let details = options.scope.speaks_for_details();
    push(changes, CommentTarget::Table(name.clone()), &from.comment, &to.comment, true);
    for column in &to.columns {
        let old = from.columns.iter().find(|old: &&Column| engine.same_name(&old.name, &column.name));
        let old = old.and_then(|old| old.comment.clone());
        push(changes, CommentTarget::Column(name.clone(), column.name.clone()), &old, &column.comment, true);
    }
    let commented = |table: &Table| table.constraints().into_iter().any(|it| it.comment().is_some());
    if commented(from) || commented(to) {
        of_constraints(tables, dialect, changes);
    }
    of_indexes(name, Pair::new(&from.indexes, &to.indexes), dialect, details, changes);
    for trigger in &to.triggers {
        let old = from.triggers.iter().find(|old: &&Trigger| engine.same_name(&old.name, &trigger.name));
        let old = old.and_then(|old| old.comment.clone());
        let target = CommentTarget::Trigger(name.clone(), trigger.name.clone());
        push(changes, target, &old, &trigger.comment, details);
    }
}

fn of_constraints(tables: Pair<&Table>, dialect: &dyn Dialect, changes: &mut Vec<Change>) {
    let before = tables.from.constraints();
    for constraint in tables.to.constraints() {
        // A comment stays on what is only renamed, and goes with what is made anew.
        let old = before.iter().find(|old| {
            let meaning = same_constraint(Pair::new(old, &constraint), dialect);
            meaning && (old.name() == constraint.name() || !before.iter().any(|it| it.name() == constraint.name()))
        });
        let old = old.and_then(|old: &Constraint| old.comment().map(str::to_string));
        let new = constraint.comment().map(str::to_string);
        if let Some(name) = constraint.name() {
            let target = CommentTarget::Constraint(tables.to.name.clone(), name.to_string());
            push(changes, target, &old, &new, true);
        }
    }
}

pub(super) fn of_indexes(
    table: &whimbrel_schema::ObjectName,
    indexes: Pair<&Vec<Index>>,
    dialect: &dyn Dialect,
    details: bool,
    changes: &mut Vec<Change>,
) {
    for index in indexes.to {
        let same = |old: &&Index| super::same_index(Pair::new(*old, index), dialect);
        let named = indexes.from.iter().find(|old| old.name == index.name);
        let old = match named {
            Some(named) => Some(named).filter(same),
            None => indexes.from.iter().find(same),
        };
        let old = old.and_then(|old| old.comment.clone());
        push(changes, CommentTarget::Index(table.sibling(&index.name)), &old, &index.comment, details);
    }
}

/// `silence_drops`: whether having no comment in `to` means that there shall be none.
pub(super) fn push(
    changes: &mut Vec<Change>,
    on: CommentTarget,
    from: &Option<String>,
    to: &Option<String>,
    silence_drops: bool,
) {
    if from != to && (to.is_some() || silence_drops) {
        changes.push(Change::SetComment { on, comment: Pair::new(from.clone(), to.clone()) });
    }
}
