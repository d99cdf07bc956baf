use whimbrel_schema::{Generation, Object, ObjectKind, ObjectName, Schema, Table, TableOptions};

use super::folding::parents;
use super::{FoldError, Folding, dependents, object, rename, table_mut};
use crate::Dialect;

pub(super) fn create(
    schema: &mut Folding,
    table: &Table,
    if_not_exists: bool,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    if schema.table(&table.name).is_some() {
        return if if_not_exists { Ok(()) } else { Err(FoldError::exists(format_args!("table `{}`", table.name))) };
    }
    if object::view_id(schema, &table.name).is_some() {
        return Err(FoldError::exists(format_args!("view `{}`", table.name)));
    }
    let mut made = bare(table);
    inherit(schema, &mut made)?;
    schema.insert_table(made);
    schema.note_table(&table.name);
    dialect.complete(schema, &table.name);
    Ok(())
}

/// Without what has steps of its own: indexes, triggers, comments.
fn bare(table: &Table) -> Table {
    let mut made = table.clone();
    made.indexes.clear();
    made.triggers.clear();
    made.comment = None;
    for column in &mut made.columns {
        column.comment = None;
    }
    if let Some(key) = &mut made.primary_key {
        key.comment = None;
    }
    made.uniques.iter_mut().for_each(|it| it.comment = None);
    made.foreign_keys.iter_mut().for_each(|it| it.comment = None);
    made.checks.iter_mut().for_each(|it| it.comment = None);
    made.exclusions.iter_mut().for_each(|it| it.comment = None);
    made
}

/// Columns and checks that a partition or a child has from its parents.
fn inherit(schema: &Schema, made: &mut Table) -> Result<(), FoldError> {
    let mut columns = Vec::new();
    let mut checks = Vec::new();
    for parent in parents(made) {
        let parent = schema.table(parent).ok_or_else(|| FoldError::no_table(parent))?;
        columns.extend(parent.columns.iter().cloned());
        checks.extend(parent.checks.iter().filter(|check| !check.no_inherit).cloned());
    }
    for column in &mut columns {
        column.comment = None;
    }
    let own = std::mem::take(&mut made.columns);
    for column in columns.into_iter().chain(own) {
        match made.columns.iter_mut().find(|before| before.name == column.name) {
            Some(before) => *before = column,
            None => made.columns.push(column),
        }
    }
    for check in checks {
        if !made.checks.iter().any(|own| own.name == check.name) {
            made.checks.push(whimbrel_schema::Check { comment: None, ..check });
        }
    }
    Ok(())
}

pub(super) fn drop(schema: &mut Folding, table: &ObjectName, if_exists: bool, cascade: bool) -> Result<(), FoldError> {
    let Some(gone) = schema.remove_table(table) else {
        return if if_exists { Ok(()) } else { Err(FoldError::no_table(table)) };
    };
    drop_what_hangs_on(schema, &gone.name);
    // A table that inherits goes with what it inherits from only where that is said.
    let partitions = match gone.options.partition_by {
        None if !cascade => Vec::new(),
        Some(_) | None => schema.children(&gone.name),
    };
    if parents(&gone).next().is_some() {
        schema.forget_children();
    }
    for partition in partitions {
        drop(schema, &partition, true, cascade)?;
    }
    if cascade {
        let engine = schema.engine;
        for other in schema.referencing(&gone.name) {
            let Some(other) = schema.table_mut(&other) else { continue };
            other.foreign_keys.retain(|key| !key.references.is(&gone.name, engine));
        }
        dependents::drop_views_on(schema, &gone.name, None);
    }
    Ok(())
}

fn drop_what_hangs_on(schema: &mut Schema, table: &ObjectName) {
    object::drop_sequences(schema, |(owner, _)| owner == table);
    object::drop_opaque(schema, |opaque| opaque.table.as_ref() == Some(table));
}

/// PostgreSQL's `ALTER TABLE … RENAME` serves for views, sequences and indexes too.
pub(super) fn rename(
    schema: &mut Folding,
    from: &ObjectName,
    to: &ObjectName,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    if schema.table(from).is_none() {
        if let Some(id) = object::relation_id(schema, from) {
            return object::rename(schema, &id, to, dialect);
        }
        return match super::index::rename(schema, from, &to.name) {
            Err(_) => Err(FoldError::no_table(from)),
            renamed => renamed,
        };
    }
    let engine = schema.engine;
    let only_case = from.is(to, engine);
    if !only_case && schema.table(to).is_some() {
        return Err(FoldError::exists(format_args!("table `{to}`")));
    }
    let mut table = schema.remove_table(from).ok_or_else(|| FoldError::no_table(from))?;
    let from = std::mem::replace(&mut table.name, to.clone());
    for column in &mut table.columns {
        if let Some(Generation::Serial { sequence }) = &mut column.generation
            && from.namespace != to.namespace
        {
            sequence.namespace = to.namespace.clone();
        }
    }
    schema.insert_table(table);
    follow(schema, &from, to, dialect);
    Ok(())
}

/// Everything that names the table names it anew.
fn follow(schema: &mut Folding, from: &ObjectName, to: &ObjectName, dialect: &dyn Dialect) {
    let engine = schema.engine;
    for other in schema.referencing(from) {
        // Itself is known by its old name there.
        let other = if other == *from { to } else { &other };
        for key in schema.table_mut(other).into_iter().flat_map(|other| &mut other.foreign_keys) {
            if key.references.is(from, engine) {
                key.references = to.clone();
            }
        }
    }
    for child in schema.children(from) {
        let Some(child) = schema.table_mut(&child) else { continue };
        if let Some(partition) = &mut child.options.partition_of
            && partition.parent == *from
        {
            partition.parent = to.clone();
        }
        for parent in child.options.inherits.iter_mut().filter(|parent| *parent == from) {
            *parent = to.clone();
        }
    }
    if let Some(table) = schema.table_mut(to) {
        follow_within(table, from, to, dialect);
    }
    move_what_hangs_on(schema, from, to);
    if schema.has_queries() {
        follow_in_queries(schema, from, to, dialect);
    }
    schema.note_renamed(from, to);
}

/// `table.column` within the table's own expressions.
fn follow_within(table: &mut Table, from: &ObjectName, to: &ObjectName, dialect: &dyn Dialect) {
    let checks = table.checks.iter_mut().map(|check| &mut check.expression);
    let generated = table.columns.iter_mut().filter_map(|column| match &mut column.generation {
        Some(Generation::Stored(expression) | Generation::Virtual(expression)) => Some(expression),
        _ => None,
    });
    let predicates = table.indexes.iter_mut().filter_map(|index| index.predicate.as_mut());
    for expression in checks.chain(generated).chain(predicates) {
        rename::qualifier_in_expression(expression, from, to, dialect);
    }
}

fn follow_in_queries(schema: &mut Schema, from: &ObjectName, to: &ObjectName, dialect: &dyn Dialect) {
    for trigger in schema.tables.values_mut().flat_map(|table| &mut table.triggers) {
        if let Some(text) = rename::relation_in_text(&trigger.definition, from, to, dialect) {
            trigger.definition = text;
        }
    }
    for object in schema.objects.values_mut() {
        match object {
            Object::View(view) => object::follow_relation(view, from, to, dialect),
            Object::Opaque(_)
            | Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Sequence(_)
            | Object::Routine(_) => {}
        }
    }
}

/// Its sequences, and what is not modelled and hangs on it.
fn move_what_hangs_on(schema: &mut Schema, from: &ObjectName, to: &ObjectName) {
    let of_table = |object: &Object| match object {
        Object::Sequence(sequence) => sequence.owned_by.as_ref().is_some_and(|(owner, _)| owner == from),
        Object::Opaque(opaque) => opaque.table.as_ref() == Some(from),
        _ => false,
    };
    let moved = [ObjectKind::Sequence, ObjectKind::Opaque].map(|kind| object::ids_of(schema, kind, of_table));
    for id in moved.into_iter().flatten() {
        let mut object = schema.objects.remove(&id);
        let name = match &mut object {
            Some(Object::Sequence(sequence)) => {
                sequence.owned_by = sequence.owned_by.take().map(|(_, column)| (to.clone(), column));
                &mut sequence.name
            }
            Some(Object::Opaque(opaque)) => {
                opaque.table = Some(to.clone());
                &mut opaque.name
            }
            _ => continue,
        };
        if from.namespace != to.namespace {
            name.namespace = to.namespace.clone();
        }
        schema.objects.extend(object.map(|object| (object.id(), object)));
    }
}

pub(super) fn set_options(schema: &mut Folding, table: &ObjectName, to: &TableOptions) -> Result<(), FoldError> {
    let options = &mut table_mut(schema, table)?.options;
    let same_parents = options.partition_of == to.partition_of && options.inherits == to.inherits;
    *options = to.clone();
    if !same_parents {
        schema.forget_children();
    }
    Ok(())
}

pub(super) fn rebuild(
    schema: &mut Folding,
    table: &ObjectName,
    to: &Table,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let old = schema.remove_table(table).ok_or_else(|| FoldError::no_table(table))?;
    let mut made = to.clone();
    made.name = old.name;
    let name = made.name.clone();
    schema.insert_table(made);
    schema.note_table(&name);
    dialect.complete(schema, &name);
    Ok(())
}
