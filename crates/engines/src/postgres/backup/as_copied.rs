//! A schema as a copy of it has it: what is dumped comes back value by value, except for the order of some columns and
//! for subscriptions.

use std::collections::BTreeSet;

use whimbrel_schema::{Object, ObjectName, Schema};

/// No copy subscribes to anything. A table that inherits is made again with its parents' columns first, in their order, and then with its own, whatever
/// was added when. Partitions are made whole and keep their order.
pub(super) fn as_copied(mut schema: Schema) -> Schema {
    schema.objects.retain(|_, object| !matches!(object, Object::Opaque(opaque) if opaque.kind == "subscription"));
    let children: Vec<ObjectName> = schema
        .tables
        .iter()
        .filter(|(_, table)| !table.options.inherits.is_empty())
        .map(|(name, _)| name.clone())
        .collect();
    let mut settled: BTreeSet<ObjectName> = BTreeSet::new();
    for child in children {
        settle(&mut schema, &child, &mut settled);
    }
    schema
}

/// Parents come first: their own order may change too.
fn settle(schema: &mut Schema, child: &ObjectName, settled: &mut BTreeSet<ObjectName>) {
    if !settled.insert(child.clone()) {
        return;
    }
    let parents = schema.tables.get(child).map(|table| table.options.inherits.clone()).unwrap_or_default();
    let mut first: Vec<String> = Vec::new();
    for parent in &parents {
        settle(schema, parent, settled);
        let columns = schema.tables.get(parent).map(|table| table.columns.as_slice()).unwrap_or_default();
        for column in columns {
            if !first.contains(&column.name) {
                first.push(column.name.clone());
            }
        }
    }
    if let Some(table) = schema.tables.get_mut(child).filter(|_| !first.is_empty()) {
        let last = first.len();
        table.columns.sort_by_key(|column| first.iter().position(|name| *name == column.name).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_schema::{Column, ColumnType, Engine, Table};

    use super::*;

    fn table(name: &str, columns: &[&str], inherits: &[&str]) -> Table {
        let mut table = Table::new(name);
        table.columns = columns.iter().map(|name| Column::new(*name, ColumnType::new("text"))).collect();
        table.options.inherits = inherits.iter().map(|name| (*name).into()).collect();
        table
    }

    #[test]
    fn columns_of_parents_come_first() {
        let mut schema = Schema::new(Engine::Postgres);
        for table in [
            table("child", &["id", "own", "added"], &["parent"]),
            table("grandchild", &["id", "own", "deep", "added"], &["child"]),
            table("parent", &["id", "added"], &[]),
        ] {
            schema.tables.insert(table.name.clone(), table);
        }
        let copied = as_copied(schema);
        let of = |name: &str| -> Vec<String> {
            copied.tables.get(&name.into()).unwrap().columns.iter().map(|column| column.name.clone()).collect()
        };
        assert_eq!(of("child"), ["id", "added", "own"]);
        assert_eq!(of("grandchild"), ["id", "added", "own", "deep"]);
    }
}
