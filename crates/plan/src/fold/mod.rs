//! The schema after a step: what the engine would make of it, in memory.
//!
//! Everything an engine does on its own account is done here too: indexes go with their column, foreign keys follow
//! a renamed table, the sequence of an identity column grows with its type.

mod column;
mod comment;
mod constraint;
mod dependents;
mod enumeration;
mod folding;
mod index;
mod object;
mod partition;
mod rename;
mod table;
mod texts;
mod trigger;

pub use folding::Folding;
pub use texts::RenamedTexts;

use std::fmt;

pub(crate) use dependents::{is_key, key_columns, names_column};
pub(crate) use object::{is_of_type, type_name};
use thiserror::Error;
use whimbrel_schema::{Column, Engine, Object, ObjectId, ObjectName, Persistence, Schema, Table};

use crate::words::mentions;
use crate::{Amendment, Dialect, Step};

/// Why a step cannot be taken on the schema as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FoldError {
    #[error("there is no {what}")]
    Missing { what: String },
    #[error("there is a {what} already")]
    Exists { what: String },
    #[error("{what} cannot be dropped while {dependent} needs it")]
    Needed { what: String, dependent: String },
    /// It can be taken, but nobody here knows what the engine makes of it.
    #[error("{reason}")]
    Unfollowed { reason: String },
}

impl FoldError {
    fn missing(what: impl fmt::Display) -> Self {
        FoldError::Missing { what: what.to_string() }
    }

    fn exists(what: impl fmt::Display) -> Self {
        FoldError::Exists { what: what.to_string() }
    }

    fn no_table(table: &ObjectName) -> Self {
        FoldError::missing(format_args!("table `{table}`"))
    }

    fn no_column(table: &ObjectName, column: &str) -> Self {
        FoldError::missing(format_args!("column `{table}.{column}`"))
    }

    fn no_object(object: &ObjectId) -> Self {
        FoldError::missing(object)
    }
}

/// Takes one step. On an error the schema may have been changed in part; whoever goes on keeps a copy, and whoever
/// takes many steps does so on a [`Folding`].
pub fn apply(schema: &mut Schema, step: &Step, dialect: &dyn Dialect) -> Result<(), FoldError> {
    let mut folding = Folding::new(std::mem::replace(schema, Schema::new(schema.engine)));
    let taken = folding.apply(step, dialect);
    *schema = folding.into_schema();
    taken
}

fn apply_to(schema: &mut Folding, step: &Step, dialect: &dyn Dialect) -> Result<(), FoldError> {
    match step {
        Step::CreateTable { table, if_not_exists } => table::create(schema, table, *if_not_exists, dialect),
        Step::DropTable { table, if_exists, cascade } => table::drop(schema, table, *if_exists, *cascade),
        Step::RenameTable { from, .. } if schema.leaves_references() && is_referred_to(schema, from) => {
            let reason =
                format!("a setting of this session leaves what refers to `{from}` as it is when it is renamed");
            Err(FoldError::Unfollowed { reason })
        }
        Step::RenameTable { from, to } => {
            let texts = renamed_texts(schema, step, dialect);
            table::rename(schema, from, to, dialect)?;
            texts.into_iter().for_each(|texts| texts.put_into(schema));
            Ok(())
        }
        Step::SetTableOptions { table, to } => table::set_options(schema, table, to),
        Step::RebuildTable { table, to, copy: _ } => table::rebuild(schema, table, to, dialect),

        Step::AddColumn { table, column, constraints, if_not_exists } => {
            column::add(schema, table, column, constraints, *if_not_exists, dialect)
        }
        Step::DropColumn { table, column, if_exists, cascade } => {
            let texts = renamed_texts(schema, step, dialect);
            column::drop(schema, table, column, *if_exists, *cascade)?;
            texts.into_iter().for_each(|texts| texts.put_into(schema));
            Ok(())
        }
        Step::RenameColumn { table, from, to } => {
            let texts = renamed_texts(schema, step, dialect);
            column::rename(schema, table, from, to, dialect)?;
            texts.into_iter().for_each(|texts| texts.put_into(schema));
            Ok(())
        }
        Step::SetColumnType { table, column, to, collation, using: _ } => {
            column::set_type(schema, table, column, to, collation.as_deref(), dialect)
        }
        Step::SetNullable { table, column, nullable } => column::set_nullable(schema, table, column, *nullable),
        Step::SetDefault { table, column, to } => column::set_default(schema, table, column, to.as_ref(), dialect),
        Step::SetGeneration { table, column, to } => {
            column::set_generation(schema, table, column, to.as_ref(), dialect)
        }

        Step::AddConstraint { table, constraint, using_index } => {
            constraint::add(schema, table, constraint, using_index.as_deref(), dialect)
        }
        Step::DropConstraint { table, name, if_exists, cascade } => {
            constraint::drop(schema, table, name, *if_exists, *cascade)
        }
        Step::RenameConstraint { table, from, to } => constraint::rename(schema, table, from, to),
        Step::ValidateConstraint { table, name } => constraint::validate(schema, table, name),
        Step::SetDeferrable { table, name, to } => constraint::set_deferrable(schema, table, name, *to),

        Step::CreateIndex { table, index, concurrently: _, if_not_exists } => {
            index::create(schema, table, index, *if_not_exists)
        }
        Step::DropIndex { index, concurrently: _, if_exists, cascade: _ } => index::drop(schema, index, *if_exists),
        Step::RenameIndex { from, to } => index::rename(schema, from, to),
        Step::SetIndexStorage { index, to } => index::set_storage(schema, index, to),

        Step::CreateObject { object, replace, if_not_exists } => {
            object::create(schema, object, *replace, *if_not_exists, dialect)
        }
        Step::DropObject { object, if_exists, cascade } => object::drop(schema, object, *if_exists, *cascade, dialect),
        Step::RenameObject { object, to } => object::rename(schema, object, to, dialect),
        Step::AlterObject { to } => object::alter(schema, to, dialect),
        Step::Amend(amendment) => amend(schema, amendment, dialect),
        Step::AddEnumValue { name, value, position, if_not_exists } => {
            enumeration::add_value(schema, name, value, position, *if_not_exists)
        }
        Step::RenameEnumValue { name, from, to } => enumeration::rename_value(schema, name, from, to, dialect),

        Step::CreateTrigger { table, trigger } => trigger::create(schema, table, trigger),
        Step::DropTrigger { table, name, if_exists } => trigger::drop(schema, table.as_ref(), name, *if_exists),
        Step::SetTriggerEnabled { table, name, enabled } => trigger::set_enabled(schema, table, name, *enabled),

        Step::AttachPartition { parent, partition, bound } => partition::attach(schema, parent, partition, bound),
        Step::DetachPartition { parent, partition, concurrently } => {
            partition::detach(schema, parent, partition, *concurrently, dialect)
        }

        Step::SetComment { on, to } => comment::set(schema, on, to.as_deref()),

        Step::SetSession { name, value } => {
            schema.note_setting(dialect.renames_leave_references(name, value.as_deref()));
            Ok(())
        }
        Step::ChangeData { .. } | Step::Inert { .. } => Ok(()),
    }
}

/// Whether a foreign key, a view or a trigger names the table.
fn is_referred_to(schema: &mut Folding, table: &ObjectName) -> bool {
    let engine = schema.engine;
    let named = |text: &str| mentions(text, &table.name, engine);
    let by_query = schema.has_queries()
        && (schema.tables.values().flat_map(|other| &other.triggers).any(|trigger| named(&trigger.definition))
            || schema.objects.values().any(|object| match object {
                Object::View(view) => {
                    named(view.query.text()) || view.triggers.iter().any(|trigger| named(&trigger.definition))
                }
                _ => false,
            }));
    let referencing = schema.referencing(table);
    let refers = |other: &ObjectName| {
        schema.table(other).is_some_and(|other| other.foreign_keys.iter().any(|key| key.references.is(table, engine)))
    };
    by_query || referencing.iter().any(refers)
}

/// The texts that the engine would word anew, where there is any text at all.
fn renamed_texts(schema: &mut Folding, step: &Step, dialect: &dyn Dialect) -> Option<RenamedTexts> {
    if schema.has_queries() { dialect.renamed_texts(step, schema) } else { None }
}

fn amend(schema: &mut Folding, amendment: &Amendment, dialect: &dyn Dialect) -> Result<(), FoldError> {
    amendment.apply(schema).map_err(|absent| FoldError::Missing { what: absent.what })?;
    if let Amendment::Inherit { .. } = amendment {
        schema.forget_children();
    }
    // A sequence that becomes a column's own may make the column serial.
    if let Amendment::Sequence { owned_by: Some(Some((table, _))), .. } = amendment {
        dialect.complete(schema, table);
    }
    Ok(())
}

/// What is left when the session that made the schema ends, in its final order: temporary tables are gone, and what
/// named something before it was made (a foreign key without columns, to a later table) is completed.
pub fn settle(schema: &mut Schema, dialect: &dyn Dialect) {
    settle_beside(schema, &Schema::new(schema.engine), dialect);
}

/// As [`settle`], of a schema that was made from another one that is settled: tables that the two share are so already.
pub fn settle_beside(schema: &mut Schema, settled: &Schema, dialect: &dyn Dialect) {
    schema.tables.retain(|_, table| table.options.persistence != Persistence::Temporary);
    let unsettled = |name: &&ObjectName| !schema.tables.share(&settled.tables, name);
    let names: Vec<ObjectName> = schema.tables.keys().filter(unsettled).cloned().collect();
    for name in &names {
        dialect.complete(schema, name);
    }
    dialect.complete_references(schema);
    schema.sort();
}

fn table_mut<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut Table, FoldError> {
    schema.table_mut(name).ok_or_else(|| FoldError::no_table(name))
}

/// Where the column stands in its table.
fn column_at(table: &Table, name: &str, engine: Engine) -> Option<usize> {
    table.columns.iter().position(|column| engine.same_name(&column.name, name))
}

fn column_mut<'a>(schema: &'a mut Schema, table: &ObjectName, name: &str) -> Result<&'a mut Column, FoldError> {
    let engine = schema.engine;
    let found = table_mut(schema, table)?;
    let at = column_at(found, name, engine).ok_or_else(|| FoldError::no_column(table, name))?;
    found.columns.get_mut(at).ok_or_else(|| FoldError::no_column(table, name))
}
