//! What MySQL itself would add to a table.

use whimbrel_schema::{Constraint, Index, ObjectName, Schema, Table};

use super::naming::same;

pub(super) fn complete(schema: &mut Schema, name: &ObjectName) {
    let Some(table) = schema.table_mut(name) else { return };
    fill_primary_key(table);
    name_constraints(table);
    uniques_are_indexes(table);
}

/// The primary key has one name, and its columns hold no NULL.
fn fill_primary_key(table: &mut Table) {
    let Some(key) = &mut table.primary_key else { return };
    key.name = Some("PRIMARY".to_string());
    for column in &mut table.columns {
        if key.columns.iter().any(|name| same(name, &column.name)) {
            column.nullable = false;
        }
    }
}

/// Foreign keys and checks are counted: `email_ibfk_1`, `email_chk_1`.
fn name_constraints(table: &mut Table) {
    let base = table.name.name.clone();
    let taken: Vec<String> = table.constraints().iter().filter_map(Constraint::name).map(str::to_string).collect();
    let mut next = Numbers { taken };
    for key in table.foreign_keys.iter_mut().filter(|key| key.name.is_none()) {
        key.name = Some(next.name(&format!("{base}_ibfk_")));
    }
    for check in table.checks.iter_mut().filter(|check| check.name.is_none()) {
        check.name = Some(next.name(&format!("{base}_chk_")));
    }
}

struct Numbers {
    taken: Vec<String>,
}

impl Numbers {
    /// One more than the greatest that is there.
    fn name(&mut self, prefix: &str) -> String {
        let numbers = self.taken.iter().filter_map(|name| name.strip_prefix(prefix)?.parse::<u32>().ok());
        let name = format!("{prefix}{}", numbers.max().unwrap_or_default() + 1);
        self.taken.push(name.clone());
        name
    }
}

/// There is no unique constraint beside the unique index.
fn uniques_are_indexes(table: &mut Table) {
    for unique in std::mem::take(&mut table.uniques) {
        let keys: Vec<_> = unique.columns.iter().map(whimbrel_schema::IndexKey::column).collect();
        let name = unique.name.or_else(|| unique.columns.first().cloned()).unwrap_or_default();
        if !table.indexes.iter().any(|index| same(&index.name, &name)) {
            table.indexes.push(Index { unique: true, comment: unique.comment, ..Index::new(name, keys) });
        }
    }
}
