use whimbrel_schema::{
    Column, ColumnType, Constraint, Engine, Expression, ForeignKey, Generation, IndexKey, IndexTarget, Object,
    ObjectName, Schema, Sequence, SequenceOptions, Table,
};

use super::{FoldError, Folding, column_at, column_mut, constraint, dependents, rename, table_mut};
use crate::fold::rename::ColumnRename;
use crate::words::mentions;
use crate::{Dialect, constraint_index};

pub(super) fn add(
    schema: &mut Folding,
    table: &ObjectName,
    column: &Column,
    constraints: &[Constraint],
    if_not_exists: bool,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let engine = schema.engine;
    let found = table_mut(schema, table)?;
    if column_at(found, &column.name, engine).is_some() {
        return if if_not_exists {
            Ok(())
        } else {
            Err(FoldError::exists(format_args!("column `{table}.{}`", column.name)))
        };
    }
    found.columns.push(Column { comment: None, ..column.clone() });
    for constraint in constraints {
        constraint::add(schema, table, constraint, None, dialect)?;
    }
    dialect.complete(schema, table);
    for child in schema.children(table) {
        add(schema, &child, column, &[], true, dialect)?;
    }
    Ok(())
}

pub(super) fn drop(
    schema: &mut Folding,
    table: &ObjectName,
    column: &str,
    if_exists: bool,
    cascade: bool,
) -> Result<(), FoldError> {
    let engine = schema.engine;
    let found = table_mut(schema, table)?;
    let Some(at) = column_at(found, column, engine) else {
        return if if_exists { Ok(()) } else { Err(FoldError::no_column(table, column)) };
    };
    let keys = keys_with(found, column, engine);
    let generated: Vec<String> = (found.columns.iter())
        .filter(|other| match &other.generation {
            Some(Generation::Stored(expression) | Generation::Virtual(expression)) => {
                !engine.same_name(&other.name, column) && dependents::names_column(expression, column, engine)
            }
            Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => false,
        })
        .map(|other| other.name.clone())
        .collect();
    let what = format!("column `{table}.{column}`");
    if let Some(dependent) = generated.first()
        && !cascade
    {
        let dependent = format!("generated column `{table}.{dependent}`");
        return Err(FoldError::Needed { what, dependent });
    }
    found.columns.remove(at);
    dependents::drop_uses_of_column(found, column, engine);
    constraint_index::forget_lost(schema, table);
    for key in keys {
        dependents::release_key(schema, table, &key, &what, cascade)?;
    }
    super::object::drop_sequences(schema, |(owner, owned)| owner == table && engine.same_name(owned, column));
    if cascade {
        dependents::drop_views_on(schema, table, Some(column));
    }
    for dependent in generated {
        drop(schema, table, &dependent, true, cascade)?;
    }
    for child in schema.children(table) {
        drop(schema, &child, column, true, cascade)?;
    }
    Ok(())
}

/// The column lists of the table's keys that this column is part of.
fn keys_with(table: &Table, column: &str, engine: Engine) -> Vec<Vec<String>> {
    let with = |columns: &&Vec<String>| columns.iter().any(|name| engine.same_name(name, column));
    let keys = table.primary_key.iter().map(|key| &key.columns).chain(table.uniques.iter().map(|it| &it.columns));
    let indexes = table.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
    let indexes = indexes.filter_map(dependents::key_columns);
    keys.filter(with).cloned().chain(indexes.filter(|columns| with(&columns))).collect()
}

pub(super) fn rename(
    schema: &mut Folding,
    table: &ObjectName,
    from: &str,
    to: &str,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let engine = schema.engine;
    if schema.table(table).is_none() && super::object::view_id(schema, table).is_some() {
        return super::object::rename_column(schema, table, from, to);
    }
    let found = table_mut(schema, table)?;
    let at = column_at(found, from, engine).ok_or_else(|| FoldError::no_column(table, from))?;
    if !engine.same_name(from, to) && column_at(found, to, engine).is_some() {
        return Err(FoldError::exists(format_args!("column `{table}.{to}`")));
    }
    if let Some(column) = found.columns.get_mut(at) {
        column.name = to.to_string();
    }
    rename_uses(found, from, to, dialect);
    let name = found.name.clone();
    for other in schema.referencing(&name) {
        let Some(other) = schema.table_mut(&other) else { continue };
        for key in other.foreign_keys.iter_mut().filter(|key| key.references.is(&name, engine)) {
            rename_in(&mut key.referenced_columns, from, to, engine);
        }
    }
    if schema.has_queries() {
        rename_in_queries(schema, &name, from, to, dialect);
    }
    for object in schema.objects.values_mut() {
        if let Object::Sequence(sequence) = object
            && let Some((owner, column)) = &mut sequence.owned_by
            && *owner == name
            && column == from
        {
            *column = to.to_string();
        }
    }
    for child in schema.children(&name) {
        rename(schema, &child, from, to, dialect)?;
    }
    Ok(())
}

/// The column within its own table's constraints, indexes and expressions.
fn rename_uses(table: &mut Table, from: &str, to: &str, dialect: &dyn Dialect) {
    let engine = dialect.engine();
    let name = table.name.clone();
    let in_text = |expression: &mut Expression| rename::column_in_expression(expression, &name, from, to, dialect);
    let in_list = |columns: &mut Vec<String>| rename_in(columns, from, to, engine);
    let in_key = |key: &mut IndexKey| match &mut key.target {
        IndexTarget::Column(column) if engine.same_name(column, from) => *column = to.to_string(),
        IndexTarget::Column(_) => {}
        IndexTarget::Expression(expression) => in_text(expression),
    };
    for column in &mut table.columns {
        column.default.iter_mut().for_each(in_text);
        if let Some(Generation::Stored(expression) | Generation::Virtual(expression)) = &mut column.generation {
            in_text(expression);
        }
    }
    if let Some(key) = &mut table.primary_key {
        in_list(&mut key.columns);
        in_list(&mut key.include);
    }
    for unique in &mut table.uniques {
        in_list(&mut unique.columns);
        in_list(&mut unique.include);
    }
    for ForeignKey { columns, set_columns, .. } in &mut table.foreign_keys {
        in_list(columns);
        in_list(set_columns);
    }
    table.checks.iter_mut().for_each(|check| in_text(&mut check.expression));
    for exclusion in &mut table.exclusions {
        exclusion.elements.iter_mut().for_each(|element| in_key(&mut element.key));
        in_list(&mut exclusion.include);
        exclusion.predicate.iter_mut().for_each(in_text);
    }
    for index in &mut table.indexes {
        index.keys.iter_mut().for_each(in_key);
        in_list(&mut index.include);
        index.predicate.iter_mut().for_each(in_text);
    }
    if let Some(partition_by) = &mut table.options.partition_by {
        let mut expression = Expression::new(std::mem::take(partition_by));
        in_text(&mut expression);
        *partition_by = expression.0;
    }
}

fn rename_in(columns: &mut [String], from: &str, to: &str, engine: Engine) {
    for column in columns.iter_mut().filter(|column| engine.same_name(column, from)) {
        *column = to.to_string();
    }
}

/// The column within views and triggers.
fn rename_in_queries(schema: &mut Schema, table: &ObjectName, from: &str, to: &str, dialect: &dyn Dialect) {
    let engine = schema.engine;
    let namesakes: Vec<String> = (schema.tables.values())
        .filter(|other| other.name != *table && column_at(other, from, engine).is_some())
        .map(|other| other.name.name.clone())
        .collect();
    let renamed = |text: &str, rows: bool| {
        if !mentions(text, &table.name, engine) || !mentions(text, from, engine) {
            return None;
        }
        let ambiguous = namesakes.iter().any(|other| mentions(text, other, engine));
        rename::column_in_query(text, &ColumnRename { table, from, to, rows, dialect, ambiguous })
    };
    for object in schema.objects.values_mut() {
        if let Object::View(view) = object
            && let Some(query) = renamed(view.query.text(), false)
        {
            view.query = Expression::new(query);
        }
    }
    for holder in schema.tables.values_mut() {
        let own = holder.name == *table;
        for trigger in &mut holder.triggers {
            if let Some(definition) = renamed(&trigger.definition, own) {
                trigger.definition = definition;
            }
        }
    }
}

pub(super) fn set_type(
    schema: &mut Folding,
    table: &ObjectName,
    column: &str,
    to: &ColumnType,
    collation: Option<&str>,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let found = column_mut(schema, table, column)?;
    if let Some(Generation::Identity(identity)) = &mut found.generation
        && let (Some(old), Some(new)) = (largest(&found.ty), largest(to))
        && identity.options.maximum == old
    {
        identity.options.maximum = new;
    }
    found.ty = to.clone();
    found.collation = collation.map(str::to_string);
    dialect.complete(schema, table);
    for child in schema.children(table) {
        set_type(schema, &child, column, to, collation, dialect)?;
    }
    Ok(())
}

/// The end of a whole-number type: the sequence of an identity column grows with its column.
fn largest(ty: &ColumnType) -> Option<i64> {
    match ty.name.as_str() {
        "smallint" => Some(i64::from(i16::MAX)),
        "integer" => Some(i64::from(i32::MAX)),
        "bigint" => Some(i64::MAX),
        _ => None,
    }
}

pub(super) fn set_nullable(
    schema: &mut Folding,
    table: &ObjectName,
    column: &str,
    nullable: bool,
) -> Result<(), FoldError> {
    let found = column_mut(schema, table, column)?;
    found.nullable = nullable;
    if nullable {
        found.on_null = None;
    }
    for child in schema.children(table) {
        set_nullable(schema, &child, column, nullable)?;
    }
    Ok(())
}

pub(super) fn set_default(
    schema: &mut Folding,
    table: &ObjectName,
    column: &str,
    to: Option<&Expression>,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let found = column_mut(schema, table, column)?;
    found.default = to.cloned();
    // A serial column is one by its default alone: without it the sequence stands on its own, still owned.
    if let Some(Generation::Serial { sequence }) = &found.generation {
        let standalone = Sequence {
            name: sequence.clone(),
            ty: found.ty.clone(),
            options: SequenceOptions::ascending(largest(&found.ty).unwrap_or(i64::MAX)),
            owned_by: Some((table.clone(), found.name.clone())),
            comment: None,
        };
        found.generation = None;
        schema.insert_object(Object::Sequence(standalone));
    }
    dialect.complete(schema, table);
    for child in schema.children(table) {
        set_default(schema, &child, column, to, dialect)?;
    }
    Ok(())
}

pub(super) fn set_generation(
    schema: &mut Folding,
    table: &ObjectName,
    column: &str,
    to: Option<&Generation>,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let found = column_mut(schema, table, column)?;
    found.generation = to.cloned();
    if to.is_some() {
        found.default = None;
    }
    dialect.complete(schema, table);
    if matches!(to, Some(Generation::Identity(_) | Generation::Serial { .. })) {
        return Ok(());
    }
    for child in schema.children(table) {
        set_generation(schema, &child, column, to, dialect)?;
    }
    Ok(())
}
