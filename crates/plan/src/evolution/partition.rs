//! Partitions have the columns and the checks of their table: in the middle too, where that has those of both codes.

use whimbrel_schema::{Check, ObjectName, Schema, Table};

use super::middle::Middle;

/// The table, its partitions, and theirs.
pub(super) fn with_partitions(schema: &Schema, table: &ObjectName) -> Vec<ObjectName> {
    let mut found = vec![table.clone()];
    let mut at = 0;
    while let Some(above) = found.get(at).cloned() {
        let is_below = |table: &&Table| table.options.partition_of.as_ref().is_some_and(|of| of.parent == above);
        found.extend(schema.tables.values().filter(is_below).map(|table| table.name.clone()));
        at += 1;
    }
    found
}

pub(super) fn follow(middle: &mut Middle<'_>) {
    let is_root = |table: &&Table| table.options.partition_by.is_some() && table.options.partition_of.is_none();
    let mut open: Vec<ObjectName> =
        middle.schema.tables.values().filter(is_root).map(|table| table.name.clone()).collect();
    while let Some(name) = open.pop() {
        let Some(parent) = middle.schema.table(&name).cloned() else { continue };
        let wanted = middle.to.table(&name);
        let is_partition =
            |table: &&Table| table.options.partition_of.as_ref().is_some_and(|partition| partition.parent == name);
        let partitions: Vec<ObjectName> =
            middle.schema.tables.values().filter(is_partition).map(|table| table.name.clone()).collect();
        for partition in partitions {
            if let Some(partition) = middle.schema.table_mut(&partition) {
                take_over(partition, &parent, wanted);
            }
            open.push(partition);
        }
    }
}

/// What the parent has otherwise than it shall have in the end; all else is the partition's own already.
fn take_over(partition: &mut Table, parent: &Table, wanted: Option<&Table>) {
    for column in &parent.columns {
        let between = wanted.and_then(|table| table.column(&column.name)) != Some(column);
        match partition.column_mut(&column.name) {
            Some(own) if between => *own = column.clone(),
            Some(_) => {}
            None => partition.columns.push(column.clone()),
        }
    }
    let inherited = |table: &Table| -> Vec<Check> {
        let checks = table.checks.iter().filter(|check| !check.no_inherit);
        checks.map(|check| Check { comment: None, ..check.clone() }).collect()
    };
    let (has, shall) = (inherited(parent), wanted.map(inherited).unwrap_or_default());
    for gone in shall.iter().filter(|check| !has.contains(check)) {
        partition.checks.retain(|own| own.name != gone.name);
    }
    for new in has.iter().filter(|check| !shall.contains(check)) {
        if !partition.checks.iter().any(|own| own.name == new.name) {
            partition.checks.push(new.clone());
        }
    }
}
