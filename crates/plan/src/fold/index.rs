use std::collections::BTreeMap;

use whimbrel_schema::{Index, Object, ObjectId, ObjectName, Schema};

use super::{FoldError, Folding, constraint, object};
use crate::constraint_index;

pub(super) fn create(
    schema: &mut Folding,
    table: &ObjectName,
    index: &Index,
    if_not_exists: bool,
) -> Result<(), FoldError> {
    let engine = schema.engine;
    let indexes = of(schema, table)?;
    if indexes.iter().any(|candidate| engine.same_name(&candidate.name, &index.name)) {
        return if if_not_exists { Ok(()) } else { Err(FoldError::exists(format_args!("index `{}`", index.name))) };
    }
    indexes.push(Index { comment: None, valid: true, ..index.clone() });
    schema.note_index(table, &index.name);
    // `ON ONLY` leaves it invalid, until each partition's is attached.
    if index.valid && schema.table(table).is_some_and(|table| table.options.partition_by.is_some()) {
        take_over(schema, table, index);
    }
    Ok(())
}

/// The index of a partitioned table takes over those of its partitions that are like it, and a partition lists none that
/// it has because its parent has one.
fn take_over(schema: &mut Folding, parent: &ObjectName, index: &Index) {
    for child in schema.children(parent) {
        if let Some(table) = schema.table_mut(&child).filter(|table| table.options.partition_of.is_some()) {
            table.indexes.retain(|own| !own.is_like(index));
            take_over(schema, &child, index);
        }
    }
}

pub(super) fn drop(schema: &mut Folding, name: &ObjectName, if_exists: bool) -> Result<(), FoldError> {
    let engine = schema.engine;
    match holder(schema, name) {
        Some(indexes) => {
            indexes.retain(|index| !engine.same_name(&index.name, &name.name));
            Ok(())
        }
        None if if_exists => Ok(()),
        None => Err(missing(name)),
    }
}

/// On PostgreSQL the index behind a constraint can be renamed as an index too, and the constraint follows.
pub(super) fn rename(schema: &mut Folding, from: &ObjectName, to: &str) -> Result<(), FoldError> {
    let table = schema.table_of_index(from);
    if let Some(index) = find(schema, from) {
        index.name = to.to_string();
        if let Some(table) = table {
            schema.note_index(&table, to);
        }
        return Ok(());
    }
    let table = (schema.tables.values())
        .filter(|table| table.name.namespace == from.namespace)
        .find(|table| constraint_index::has_index_of(table, &from.name))
        .map(|table| table.name.clone())
        .ok_or_else(|| missing(from))?;
    constraint::rename(schema, &table, &from.name, to)
}

pub(super) fn set_storage(
    schema: &mut Folding,
    name: &ObjectName,
    to: &BTreeMap<String, String>,
) -> Result<(), FoldError> {
    find(schema, name).ok_or_else(|| missing(name))?.storage = to.clone();
    Ok(())
}

pub(super) fn set_comment(schema: &mut Folding, name: &ObjectName, to: Option<String>) -> Result<(), FoldError> {
    find(schema, name).ok_or_else(|| missing(name))?.comment = to;
    Ok(())
}

fn missing(name: &ObjectName) -> FoldError {
    FoldError::missing(format_args!("index `{name}`"))
}

/// The indexes of a table or a materialized view.
fn of<'a>(schema: &'a mut Schema, table: &ObjectName) -> Result<&'a mut Vec<Index>, FoldError> {
    if schema.table(table).is_none() {
        return object::view_mut(schema, table).map(|view| &mut view.indexes).ok_or_else(|| FoldError::no_table(table));
    }
    schema.table_mut(table).map(|found| &mut found.indexes).ok_or_else(|| FoldError::no_table(table))
}

fn find<'a>(schema: &'a mut Folding, name: &ObjectName) -> Option<&'a mut Index> {
    let engine = schema.engine;
    holder(schema, name)?.iter_mut().find(|index| engine.same_name(&index.name, &name.name))
}

/// The list that holds the index of that name.
fn holder<'a>(schema: &'a mut Folding, name: &ObjectName) -> Option<&'a mut Vec<Index>> {
    let engine = schema.engine;
    let among = |indexes: &[Index]| indexes.iter().any(|index| engine.same_name(&index.name, &name.name));
    if let Some(table) = schema.table_of_index(name) {
        return schema.table_mut(&table).map(|table| &mut table.indexes);
    }
    let id: ObjectId = schema.objects.iter().find_map(|(id, object)| match object {
        Object::View(view) if view.name.namespace == name.namespace && among(&view.indexes) => Some(id.clone()),
        _ => None,
    })?;
    match schema.objects.get_mut(&id) {
        Some(Object::View(view)) => Some(&mut view.indexes),
        Some(_) | None => None,
    }
}
