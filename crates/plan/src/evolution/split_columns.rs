//! Columns whose values come out of columns that go: one split into several, several merged into one, or one in the
//! place of another.

use whimbrel_schema::{Expression, ObjectName};

use super::Fill;
use super::conversion;
use super::dual_write::{Kept, Side, Value};
use super::middle::Middle;
use crate::fold::names_column;

/// A new column, and what it is made of.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub table: ObjectName,
    pub column: String,
    pub value: Expression,
    pub note: Option<String>,
}

/// Keeps old and new in step, those together that share an old column. What new code's rows have in an old one, only
/// `--backfill` of the old one can say.
pub(super) fn apply(middle: &mut Middle<'_>, made: Vec<Made>) {
    let mut groups: Vec<(ObjectName, Vec<String>, Vec<Made>)> = Vec::new();
    for new in made {
        let mut old = sources(middle, &new);
        let mut all = vec![new.clone()];
        let joined = |group: &(ObjectName, Vec<String>, Vec<Made>), old: &[String]| {
            group.0 == new.table && group.1.iter().any(|column| old.contains(column))
        };
        while let Some(at) = groups.iter().position(|group| joined(group, &old)) {
            let (_, columns, others) = groups.remove(at);
            old.extend(columns);
            all.splice(0..0, others);
        }
        old.sort();
        old.dedup();
        groups.push((new.table.clone(), old, all));
    }
    for (table, old, new) in groups {
        let choices = middle.choices;
        let sides = |column: &String| {
            let value = choices.backfill(&table, column).map_or(Value::Left, |value| Value::Computed(value.clone()));
            Side { column: column.clone(), value }
        };
        let old: Vec<Side> = old.iter().map(sides).collect();
        for side in &old {
            let value = conversion::sql(&side.value, middle.dialect);
            middle.known.restores.extend(value.map(|value| ((table.clone(), side.column.clone()), value)));
        }
        let values = new.iter().map(|it| (it.column.clone(), it.value.clone())).collect();
        let notes: Vec<String> = new.iter().filter_map(|it| it.note.clone()).collect();
        let note = (!notes.is_empty()).then(|| notes.join("\n"));
        middle.fills.push(Fill::of_null(&table, values, middle.dialect).noted(note));
        let new = new.into_iter().map(|it| Side { column: it.column, value: Value::Computed(it.value) }).collect();
        middle.keep_in_step(&table, Kept::Both { old, new });
    }
}

/// The columns that go among those that it is made of.
fn sources(middle: &Middle<'_>, made: &Made) -> Vec<String> {
    let engine = middle.dialect.engine();
    let table = middle.from.table(&made.table);
    let columns = table.into_iter().flat_map(|found| &found.columns);
    (columns.filter(|column| middle.is_dropped(&made.table, &column.name)))
        .filter(|column| names_column(&made.value, &column.name, engine))
        .map(|column| column.name.clone())
        .collect()
}
