//! Steps, into statements that a person would write.

mod column;
mod constraint;
mod index;
mod object;
mod table;

use whimbrel_plan::{RenderError, Step};
use whimbrel_schema::{ObjectName, Schema};

use super::naming::{quote, same};
use super::rebuild;

pub(super) use index::create as create_index;
pub(super) use table::create as create_table;

pub(super) fn render(step: &Step, before: &Schema) -> Result<Vec<String>, RenderError> {
    match step {
        Step::CreateTable { table, if_not_exists } => one(create_table(table, *if_not_exists)?),
        Step::DropTable { table, if_exists, cascade: _ } => {
            one(format!("DROP TABLE {}{}", if_exists_words(*if_exists), name(table)))
        }
        Step::RenameTable { from, to } => one(format!("ALTER TABLE {} RENAME TO {}", name(from), quote(&to.name))),
        Step::SetTableOptions { .. } => not_in_place("change a table's options"),
        Step::RebuildTable { table, to, copy } => rebuild::rebuild(table, to, copy, before),

        Step::AddColumn { table, column, constraints, if_not_exists } => {
            if *if_not_exists && has_column(before, table, &column.name) {
                return Ok(Vec::new());
            }
            one(format!("ALTER TABLE {} ADD COLUMN {}", name(table), column::add(column, constraints)?))
        }
        Step::DropColumn { table, column, if_exists, cascade: _ } => {
            if *if_exists && !has_column(before, table, column) {
                return Ok(Vec::new());
            }
            one(format!("ALTER TABLE {} DROP COLUMN {}", name(table), quote(column)))
        }
        Step::RenameColumn { table, from, to } => {
            one(format!("ALTER TABLE {} RENAME COLUMN {} TO {}", name(table), quote(from), quote(to)))
        }
        Step::SetColumnType { .. } => not_in_place("change a column's type"),
        Step::SetNullable { .. } => not_in_place("change whether a column takes NULL"),
        Step::SetDefault { .. } => not_in_place("change a column's default"),
        Step::SetGeneration { .. } => not_in_place("change how a column is generated"),

        Step::AddConstraint { .. } => not_in_place("add a constraint"),
        Step::DropConstraint { .. } => not_in_place("drop a constraint"),
        Step::RenameConstraint { .. } => not_in_place("rename a constraint"),
        Step::ValidateConstraint { .. } => not_in_place("validate a constraint"),
        Step::SetDeferrable { .. } => not_in_place("change when a constraint is checked"),

        Step::CreateIndex { table, index, concurrently: _, if_not_exists } => {
            one(create_index(table, index, *if_not_exists)?)
        }
        Step::DropIndex { index, concurrently: _, if_exists, cascade: _ } => {
            one(format!("DROP INDEX {}{}", if_exists_words(*if_exists), name(index)))
        }
        Step::RenameIndex { from, to } => index::rename(from, to, before),
        Step::SetIndexStorage { .. } => unsupported("set storage parameters of an index"),

        Step::CreateObject { object, replace, if_not_exists } => object::create(object, *replace, *if_not_exists),
        Step::DropObject { object, if_exists, cascade: _ } => object::drop(object, *if_exists),
        Step::RenameObject { object, to } => object::rename(object, to, before),
        Step::AlterObject { to } => object::alter(to, before),
        Step::Amend(_) => unsupported("change one option of something"),
        Step::AddEnumValue { .. } | Step::RenameEnumValue { .. } => unsupported("change an enum: it has none"),

        Step::CreateTrigger { table: _, trigger } => one(trigger.definition.clone()),
        Step::DropTrigger { table: _, name, if_exists } => {
            one(format!("DROP TRIGGER {}{}", if_exists_words(*if_exists), quote(name)))
        }
        Step::SetTriggerEnabled { .. } => unsupported("switch a trigger off"),
        Step::AttachPartition { .. } | Step::DetachPartition { .. } => unsupported("partition a table"),

        // SQLite keeps no comments, and `complete` takes them out of the schema: there is nothing to do.
        Step::SetComment { .. } => Ok(Vec::new()),

        Step::SetSession { name, value: Some(value) } => one(format!("PRAGMA {name} = {value}")),
        Step::SetSession { name, value: None } if is_transaction_word(name) => one(name.clone()),
        Step::SetSession { name, value: None } => one(format!("PRAGMA {name}")),
        Step::ChangeData { .. } => unsupported("say from a step alone which rows change"),
        Step::Inert { .. } => unsupported("say from a step alone what it was"),
    }
}

fn one(statement: String) -> Result<Vec<String>, RenderError> {
    Ok(vec![statement])
}

pub(super) fn unsupported<T>(what: impl Into<String>) -> Result<T, RenderError> {
    Err(RenderError::Unsupported { engine: "SQLite", what: what.into() })
}

fn not_in_place<T>(what: &str) -> Result<T, RenderError> {
    unsupported(format!("{what} in place: the table has to be rebuilt"))
}

fn is_transaction_word(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ')
}

fn if_exists_words(if_exists: bool) -> &'static str {
    if if_exists { "IF EXISTS " } else { "" }
}

fn if_not_exists_words(if_not_exists: bool) -> &'static str {
    if if_not_exists { "IF NOT EXISTS " } else { "" }
}

pub(super) fn name(object: &ObjectName) -> String {
    match &object.namespace {
        Some(namespace) => format!("{}.{}", quote(namespace), quote(&object.name)),
        None => quote(&object.name),
    }
}

pub(super) fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

fn has_column(schema: &Schema, table: &ObjectName, column: &str) -> bool {
    schema.table(table).is_some_and(|table| table.columns.iter().any(|other| same(&other.name, column)))
}
