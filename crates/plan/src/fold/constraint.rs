use whimbrel_schema::{
    Constraint, Deferrable, Engine, Index, IndexTarget, ObjectName, PrimaryKey, Schema, Table, Unique,
};

use super::{FoldError, Folding, dependents, table_mut};
use crate::{Dialect, constraint_index};

pub(super) fn add(
    schema: &mut Folding,
    table: &ObjectName,
    constraint: &Constraint,
    using_index: Option<&str>,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let engine = schema.engine;
    let found = table_mut(schema, table)?;
    let mut constraint = constraint.clone();
    *constraint.comment_mut() = None;
    if let Some(index) = using_index {
        let at = (found.indexes.iter().position(|candidate| engine.same_name(&candidate.name, index)))
            .ok_or_else(|| FoldError::missing(format_args!("index `{}`", table.sibling(index))))?;
        let index = found.indexes.remove(at);
        take_over(&mut constraint, index);
    }
    if let Some(name) = constraint.name()
        && kinds_of(found).any(|candidate| candidate.is_some_and(|candidate| engine.same_name(candidate, name)))
    {
        return Err(FoldError::exists(format_args!("constraint `{name}` of `{table}`")));
    }
    if found.primary_key.is_some() && matches!(constraint, Constraint::PrimaryKey(_)) {
        return Err(FoldError::exists(format_args!("primary key of `{table}`")));
    }
    for column in own_columns(&constraint) {
        if !found.columns.iter().any(|candidate| engine.same_name(&candidate.name, column)) {
            return Err(FoldError::no_column(table, column));
        }
    }
    let passed_on = match &constraint {
        Constraint::Check(check) if !check.no_inherit => Some(constraint.clone()),
        Constraint::PrimaryKey(_) | Constraint::Check(_) => None,
        Constraint::Unique(_) | Constraint::ForeignKey(_) | Constraint::Exclusion(_) => {
            let note = constraint.clone();
            found.add_constraint(constraint);
            schema.note_constraint(table, &note);
            dialect.complete(schema, table);
            return Ok(());
        }
    };
    found.add_constraint(constraint);
    dialect.complete(schema, table);
    for child in schema.children(table) {
        match &passed_on {
            Some(check) if !has_constraint(schema, &child, check.name()) => {
                add(schema, &child, check, None, dialect)?;
            }
            // Its columns are NOT NULL from now on.
            Some(_) | None => dialect.complete(schema, &child),
        }
    }
    Ok(())
}

fn has_constraint(schema: &Schema, table: &ObjectName, name: Option<&str>) -> bool {
    let (Some(found), Some(name)) = (schema.table(table), name) else { return false };
    exact_name(found, name, schema.engine).is_some()
}

/// Children of a table whose check of that name they share.
fn sharing_children(schema: &mut Folding, table: &ObjectName, name: &str) -> Vec<ObjectName> {
    let has_check = |table: &Table| table.checks.iter().any(|check| check.name.as_deref() == Some(name));
    if !schema.table(table).is_some_and(|found| has_check(found) && !no_inherit(found, name)) {
        return Vec::new();
    }
    let mut children = schema.children(table);
    children.retain(|child| schema.table(child).is_some_and(has_check));
    children
}

fn no_inherit(table: &Table, name: &str) -> bool {
    table.checks.iter().any(|check| check.name.as_deref() == Some(name) && check.no_inherit)
}

/// The index disappears as an index and goes on as the constraint's.
fn take_over(constraint: &mut Constraint, index: Index) {
    constraint.name_mut().get_or_insert(index.name);
    let keys = index.keys.into_iter().filter_map(|key| match key.target {
        IndexTarget::Column(column) => Some(column),
        IndexTarget::Expression(_) => None,
    });
    match constraint {
        Constraint::PrimaryKey(PrimaryKey { columns, include, .. }) => {
            *columns = keys.collect();
            *include = index.include;
        }
        Constraint::Unique(Unique { columns, include, nulls_distinct, .. }) => {
            *columns = keys.collect();
            *include = index.include;
            *nulls_distinct = index.nulls_distinct;
        }
        Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => {}
    }
}

pub(super) fn drop(
    schema: &mut Folding,
    table: &ObjectName,
    name: &str,
    if_exists: bool,
    cascade: bool,
) -> Result<(), FoldError> {
    let engine = schema.engine;
    let found = table_mut(schema, table)?;
    let Some(exact) = exact_name(found, name, engine) else {
        return if if_exists { Ok(()) } else { Err(no_constraint(table, name)) };
    };
    let children = sharing_children(schema, table, &exact);
    for child in children {
        drop(schema, &child, name, true, cascade)?;
    }
    let dropped = table_mut(schema, table)?.remove_constraint(&exact);
    constraint_index::forget(schema, table, &exact);
    match dropped {
        Some(Constraint::PrimaryKey(PrimaryKey { columns, .. }) | Constraint::Unique(Unique { columns, .. })) => {
            dependents::release_key(schema, table, &columns, &format!("constraint `{name}` of `{table}`"), cascade)
        }
        Some(Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_)) | None => Ok(()),
    }
}

pub(super) fn rename(schema: &mut Folding, table: &ObjectName, from: &str, to: &str) -> Result<(), FoldError> {
    let engine = schema.engine;
    let found = table_mut(schema, table)?;
    if !engine.same_name(from, to) && exact_name(found, to, engine).is_some() {
        return Err(FoldError::exists(format_args!("constraint `{to}` of `{table}`")));
    }
    for child in sharing_children(schema, table, from) {
        rename(schema, &child, from, to)?;
    }
    constraint_index::rename(schema, table, from, to);
    edit(schema, table, from, |constraint| *constraint.name_mut() = Some(to.to_string()))
}

pub(super) fn validate(schema: &mut Folding, table: &ObjectName, name: &str) -> Result<(), FoldError> {
    for child in sharing_children(schema, table, name) {
        validate(schema, &child, name)?;
    }
    edit(schema, table, name, |constraint| match constraint {
        Constraint::ForeignKey(key) => key.validated = true,
        Constraint::Check(check) => check.validated = true,
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => {}
    })
}

pub(super) fn set_deferrable(
    schema: &mut Folding,
    table: &ObjectName,
    name: &str,
    to: Deferrable,
) -> Result<(), FoldError> {
    edit(schema, table, name, |constraint| match constraint {
        Constraint::PrimaryKey(key) => key.deferrable = to,
        Constraint::Unique(unique) => unique.deferrable = to,
        Constraint::ForeignKey(key) => key.deferrable = to,
        Constraint::Exclusion(exclusion) => exclusion.deferrable = to,
        Constraint::Check(_) => {}
    })
}

pub(super) fn set_comment(
    schema: &mut Folding,
    table: &ObjectName,
    name: &str,
    to: Option<String>,
) -> Result<(), FoldError> {
    edit(schema, table, name, |constraint| *constraint.comment_mut() = to)
}

fn edit(
    schema: &mut Folding,
    table: &ObjectName,
    name: &str,
    change: impl FnOnce(&mut Constraint),
) -> Result<(), FoldError> {
    let engine = schema.engine;
    let found = table_mut(schema, table)?;
    let exact = exact_name(found, name, engine).ok_or_else(|| no_constraint(table, name))?;
    let mut constraint = found.remove_constraint(&exact).ok_or_else(|| no_constraint(table, name))?;
    change(&mut constraint);
    found.add_constraint(constraint);
    Ok(())
}

fn no_constraint(table: &ObjectName, name: &str) -> FoldError {
    FoldError::missing(format_args!("constraint `{name}` of `{table}`"))
}

/// The name as the table spells it.
fn exact_name(table: &Table, name: &str, engine: Engine) -> Option<String> {
    kinds_of(table).flatten().find(|candidate| engine.same_name(candidate, name)).map(str::to_string)
}

fn kinds_of(table: &Table) -> impl Iterator<Item = Option<&str>> {
    (table.primary_key.iter().map(|it| it.name.as_deref()))
        .chain(table.uniques.iter().map(|it| it.name.as_deref()))
        .chain(table.foreign_keys.iter().map(|it| it.name.as_deref()))
        .chain(table.checks.iter().map(|it| it.name.as_deref()))
        .chain(table.exclusions.iter().map(|it| it.name.as_deref()))
}

/// The columns of the table itself that the constraint lists.
pub(super) fn own_columns(constraint: &Constraint) -> Vec<&String> {
    match constraint {
        Constraint::PrimaryKey(key) => key.columns.iter().chain(&key.include).collect(),
        Constraint::Unique(unique) => unique.columns.iter().chain(&unique.include).collect(),
        Constraint::ForeignKey(key) => key.columns.iter().collect(),
        Constraint::Check(_) | Constraint::Exclusion(_) => Vec::new(),
    }
}
