//! What foreign keys do on their own account when rows of the table they refer to go.

use whimbrel_plan::review::Danger;
use whimbrel_schema::{Action, ForeignKey, ObjectName, Schema, Table};

use super::super::naming::same_object;
use super::telling::{Switch, Telling};

/// The tables that refer to this one, each with its key; not the table itself.
pub(super) fn children<'a>(
    table: &'a ObjectName,
    schema: &'a Schema,
) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
    let others = schema.tables.values().filter(move |other| !same_object(&other.name, table));
    others.flat_map(move |other| {
        let keys = other.foreign_keys.iter().filter(move |key| same_object(&key.references, table));
        keys.map(move |key| (other, key))
    })
}

/// The tables whose rows go with the rows of this one, and with theirs in turn.
pub(super) fn deleted_with(table: &ObjectName, schema: &Schema) -> Vec<ObjectName> {
    let mut reached: Vec<ObjectName> = vec![table.clone()];
    let mut at = 0;
    while let Some(parent) = reached.get(at).cloned() {
        at += 1;
        for (child, key) in children(&parent, schema) {
            if key.on_delete == Action::Cascade && !reached.iter().any(|known| same_object(known, &child.name)) {
                reached.push(child.name.clone());
            }
        }
    }
    reached.split_off(1)
}

/// Whether foreign keys act; the pragma is per connection, and drivers differ in where it begins.
pub(super) fn act(telling: &Telling<'_>) -> bool {
    telling.switch("foreign_keys") != Switch::Off
}

/// Rows of the table are deleted: what becomes of those that refer to them.
pub(super) fn deletes(table: &ObjectName, telling: &mut Telling<'_>) {
    if !act(telling) {
        return;
    }
    let schema = telling.before();
    let gone = deleted_with(table, schema);
    if !gone.is_empty() || !telling.at.complete {
        telling.loses_data();
        telling.danger(Danger::DeletesElsewhere { tables: gone });
    }
}
