use whimbrel_schema::{Column, ObjectName};

use super::middle::Middle;
use crate::ops::placeholder;

/// The column stays until the contract, and new code, which does not know it, need not give it a value.
pub(super) fn apply(middle: &mut Middle<'_>, table: &ObjectName, column: &Column) {
    let loosened = !column.nullable && column.default.is_none() && column.generation.is_none();
    let kept = Column { nullable: column.nullable || loosened, ..column.clone() };
    let Some(found) = middle.table(table) else { return };
    found.columns.push(kept);
    if loosened {
        let value = placeholder(&middle.setting_back(), &column.ty);
        middle.known.placeholders.extend(value.map(|value| ((table.clone(), column.name.clone()), value)));
    }
}
