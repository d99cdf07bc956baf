use whimbrel_schema::{Column, Expression, Generation, ObjectName, Pair};

use super::Fill;
use super::dual_write::Kept;
use super::middle::Middle;
use super::retype;
use crate::ops::never_null;

/// NOT NULL waits for the contract, after its rows were filled. A default that old code's inserts need stays until
/// then; what is only loosened comes with the expand.
pub(super) fn apply(middle: &mut Middle<'_>, table: &ObjectName, column: &Pair<Column>) {
    if let Some(expression) = computed(&column.from)
        && middle.reads_dropped(table, expression)
    {
        // It reads a column that stays for old code, and would be NULL where only that is filled.
        let kept = Column { comment: column.to.comment.clone(), ..column.from.clone() };
        if let Some(found) = middle.column(table, &column.to.name) {
            *found = kept;
        }
        return;
    }
    let Pair { from, to } = column;
    let plain = from.generation.is_none() && to.generation.is_none();
    let same_type = middle.dialect.same_type(Pair::new(&from.ty, &to.ty));
    if !same_type && retype::apply(middle, table, column) {
        return;
    }
    if plain && from.nullable && !to.nullable && !never_null(&middle.setting(), table, to) {
        require(middle, table, column);
    }
    if plain
        && same_type
        && from.default.is_some()
        && to.default.is_none()
        && !to.nullable
        && let Some(found) = middle.column(table, &to.name)
    {
        found.default.clone_from(&from.default);
    }
}

fn require(middle: &mut Middle<'_>, table: &ObjectName, column: &Pair<Column>) {
    let name = &column.to.name;
    if let Some(found) = middle.column(table, name) {
        found.nullable = true;
        found.on_null = column.from.on_null;
    }
    if let Some(value) = middle.choices.backfill(table, name).cloned() {
        let place = (table.clone(), name.clone());
        middle.fills.push(Fill::of_null(table, vec![(name.clone(), value.clone())], middle.dialect));
        middle.keep_in_step(table, Kept::Filled { column: name.clone(), value: value.clone() });
        middle.stragglers.insert(place.clone(), value);
        middle.answered.insert(place);
    }
}

fn computed(column: &Column) -> Option<&Expression> {
    match &column.generation {
        Some(Generation::Stored(expression) | Generation::Virtual(expression)) => Some(expression),
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => None,
    }
}
