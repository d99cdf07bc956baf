use whimbrel_schema::{Column, Expression, ObjectName};

use super::Fill;
use super::dual_write::Kept;
use super::middle::Middle;
use super::split_columns::Made;
use crate::ops::is_rowid;
use crate::words::{WordKind, words};
use crate::{How, Step};

/// A new column that rows need a value in.
///
/// A constant comes with the column, as its default: rows that exist have it at once, and so has what old code writes
/// until the contract. Anything else comes by backfill into a column that may be NULL until then.
pub(super) fn apply(middle: &mut Middle<'_>, table: &ObjectName, column: &Column) {
    let in_key = middle.to.table(table).and_then(|found| found.primary_key.as_ref());
    let in_key = in_key.is_some_and(|key| key.columns.contains(&column.name));
    if column.generation.is_some() || in_key || is_rowid(&middle.setting(), table, column) {
        return;
    }
    let Some((value, note)) = value(middle, table, column) else { return };
    let place = (table.clone(), column.name.clone());
    if !column.nullable && is_constant(&value) && can_come_with(middle, table, column, &value) {
        middle.answered.insert(place);
        if let Some(new) = middle.column(table, &column.name) {
            new.default = Some(value);
        }
        return;
    }
    if let Some(new) = middle.column(table, &column.name) {
        new.nullable = true;
        // With its default, rows that exist would have that instead.
        new.default = None;
    }
    if middle.reads_dropped(table, &value) {
        middle.made.push(Made { table: table.clone(), column: column.name.clone(), value: value.clone(), note });
    } else {
        let values = vec![(column.name.clone(), value.clone())];
        middle.fills.push(Fill::of_null(table, values, middle.dialect).noted(note));
        if !column.nullable {
            // A row of old code names no value; a row of new code that names none means the default.
            let value = column.default.clone().unwrap_or_else(|| value.clone());
            middle.keep_in_step(table, Kept::Filled { column: column.name.clone(), value });
        }
    }
    middle.stragglers.insert(place.clone(), value);
    middle.answered.insert(place);
}

/// What rows that exist get, where that is known and is not the column's own default.
fn value(middle: &Middle<'_>, table: &ObjectName, column: &Column) -> Option<(Expression, Option<String>)> {
    if let Some(chosen) = middle.choices.backfill(table, &column.name) {
        return Some((chosen.clone(), None));
    }
    if column.nullable || column.default.is_some() {
        return None;
    }
    let default = column.notes.client_default.clone()?;
    let note = format!("rows that exist get the models' own default, {default}");
    Some((default, Some(note)))
}

fn can_come_with(middle: &Middle<'_>, table: &ObjectName, column: &Column, value: &Expression) -> bool {
    let column = Column { default: Some(value.clone()), ..column.clone() };
    let step = Step::AddColumn {
        table: table.clone(),
        column: Box::new(column),
        constraints: Vec::new(),
        if_not_exists: false,
    };
    middle.dialect.how(&step, middle.from) == How::InPlace
}

/// One literal, perhaps with a sign or a type: every row gets the same.
fn is_constant(value: &Expression) -> bool {
    let words = words(value.text());
    let words: Vec<_> = match words.as_slice() {
        [value, cast @ ..] if cast.first().is_some_and(|it| it.is_symbol("::")) => vec![value],
        all => all.iter().collect(),
    };
    match words.as_slice() {
        [sign, number] => (sign.is_symbol("-") || sign.is_symbol("+")) && number.kind == WordKind::Literal,
        [value] => value.kind == WordKind::Literal || value.is_keyword("true") || value.is_keyword("false"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_one_literal() {
        for constant in ["'x'", "0", "-1", "true", "'a'::mood", "1.5", "'{}'::jsonb", "'it''s'"] {
            assert!(is_constant(&Expression::new(constant)), "{constant}");
        }
        for expression in ["now()", "lower(name)", "a + 1", "name", "NULL", "CURRENT_TIMESTAMP", "'a' || 'b'"] {
            assert!(!is_constant(&Expression::new(expression)), "{expression}");
        }
    }
}
