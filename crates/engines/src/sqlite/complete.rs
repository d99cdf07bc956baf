//! What SQLite itself would add to a table, or would not keep.

use std::collections::HashMap;

use whimbrel_schema::{ObjectName, PrimaryKey, Schema, Table};

use super::naming::same;
use super::strings;
use super::types::is_integer;

pub(super) fn complete(schema: &mut Schema, name: &ObjectName) {
    let Some(table) = schema.table_mut(name) else { return };
    fill_not_null(table);
    drop_comments(table);
    strings::write_strings_as_such(table);
}

/// A foreign key that names no columns means the other table's primary key, whatever that is when a row is checked.
pub(super) fn complete_references(schema: &mut Schema) {
    let silent = |table: &Table| table.foreign_keys.iter().any(|key| key.referenced_columns.is_empty());
    if !schema.tables.values().any(silent) {
        return;
    }
    let keys: HashMap<String, Vec<String>> = (schema.tables.values())
        .filter_map(|table| Some((table.name.name.to_ascii_lowercase(), table.primary_key.as_ref()?.columns.clone())))
        .collect();
    for key in schema.tables.values_mut().flat_map(|table| &mut table.foreign_keys) {
        if key.referenced_columns.is_empty()
            && let Some(columns) = keys.get(&key.references.name.to_ascii_lowercase())
        {
            key.referenced_columns = columns.clone();
        }
    }
}

/// The columns of a primary key hold no NULL where the key is the rowid, where there is no rowid, and in a strict
/// table. Elsewhere they do: an old mistake that SQLite keeps for those who rely on it.
fn fill_not_null(table: &mut Table) {
    let Some(key) = &table.primary_key else { return };
    if table.options.without_rowid || table.options.strict || is_rowid(table, key) {
        let columns = key.columns.clone();
        for column in &mut table.columns {
            if columns.iter().any(|name| same(name, &column.name)) {
                column.nullable = false;
            }
        }
    }
}

/// Whether the primary key is another name of the rowid.
pub(super) fn is_rowid(table: &Table, key: &PrimaryKey) -> bool {
    match key.columns.as_slice() {
        [only] => {
            // `INTEGER PRIMARY KEY DESC` is not: another old mistake.
            !key.order.iter().any(|order| order.descending)
                && !table.options.without_rowid
                && table.columns.iter().any(|column| same(&column.name, only) && is_integer(&column.ty))
        }
        _ => false,
    }
}

/// SQLite has nowhere to keep them.
fn drop_comments(table: &mut Table) {
    table.comment = None;
    table.columns.iter_mut().for_each(|it| it.comment = None);
    table.primary_key.iter_mut().for_each(|it| it.comment = None);
    table.uniques.iter_mut().for_each(|it| it.comment = None);
    table.foreign_keys.iter_mut().for_each(|it| it.comment = None);
    table.checks.iter_mut().for_each(|it| it.comment = None);
    table.indexes.iter_mut().for_each(|it| it.comment = None);
    table.triggers.iter_mut().for_each(|it| it.comment = None);
}
