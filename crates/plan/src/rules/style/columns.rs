//! The columns that a statement gives a type.

use whimbrel_schema::{ColumnType, ObjectName};

use crate::Step;
use crate::review::Seen;

/// Each with the step that makes or changes it.
pub(super) fn typed<'a>(seen: &Seen<'a>) -> Vec<(usize, &'a ObjectName, &'a str, &'a ColumnType)> {
    let mut typed = Vec::new();
    for (at, step) in seen.steps().iter().enumerate() {
        if let Some((table, columns)) = step.new_columns() {
            typed.extend(columns.iter().map(|column| (at, table, column.name.as_str(), &column.ty)));
        } else if let Step::SetColumnType { table, column, to, .. } = step {
            typed.push((at, table, column.as_str(), to));
        }
    }
    typed
}
