use whimbrel_schema::Schema;

use super::{DualWrite, DualWriteError, Kept};
use crate::Dialect;

pub(super) fn keep(dual: &DualWrite, middle: &mut Schema, dialect: &dyn Dialect) -> Result<(), DualWriteError> {
    let keepers = dual.keepers(middle, dialect)?;
    let engine = middle.engine;
    let missing = || DualWriteError::NoTable { table: dual.table.clone() };
    let table = middle.table_mut(&dual.table).ok_or_else(missing)?;
    for kept in &dual.kept {
        for name in kept.columns() {
            let Some(column) = table.columns.iter_mut().find(|it| engine.same_name(&it.name, name)) else { continue };
            match kept {
                Kept::Both { .. } if kept.is_new(name) => column.default = None,
                Kept::Both { .. } | Kept::Filled { .. } => {}
            }
            if !dialect.fills_before_not_null() {
                column.nullable = true;
                column.on_null = None;
            }
        }
    }
    for (table, trigger) in keepers.triggers {
        let missing = || DualWriteError::NoTable { table: table.clone() };
        let found = middle.table_mut(&table).ok_or_else(missing)?;
        found.triggers.push(trigger);
        found.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    }
    for object in keepers.objects {
        middle.insert_object(object);
    }
    Ok(())
}
