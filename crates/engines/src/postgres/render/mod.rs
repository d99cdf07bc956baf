//! From one step to the SQL that a person would write for it.

mod amendments;
mod columns;
mod comments;
mod constraints;
mod generation;
mod indexes;
mod objects;
mod sequences;
mod tables;
mod triggers;
mod views;

use std::collections::BTreeMap;

use whimbrel_plan::{RenderError, Step};
use whimbrel_schema::{Column, Identity, ObjectName, Schema, Table};

use super::quote::{literal, quote};

type Rendered = Result<Vec<String>, RenderError>;

/// A plain column that counts from now on, wherever its values stand.
pub(super) fn made_identity(table: &ObjectName, column: &Column, identity: &Identity) -> String {
    format!("{} ADD {}", alter_column(table, &column.name), columns::identity(identity, &column.ty))
}

pub(super) fn render(step: &Step, before: &Schema) -> Rendered {
    let one = |sql: String| Ok(vec![sql]);
    match step {
        Step::CreateTable { table, if_not_exists } => tables::create(table, *if_not_exists, before),
        Step::DropTable { table, if_exists, cascade } => {
            one(format!("DROP TABLE {}{}{}", exists(*if_exists), name(table), cascades(*cascade)))
        }
        Step::RenameTable { from, to } => Ok(rename("TABLE", from, to)),
        Step::SetTableOptions { table, to } => tables::set_options(table, to, before),
        Step::RebuildTable { .. } => unsupported("rebuild a table; it alters tables in place"),

        Step::AddColumn { table, column, constraints, if_not_exists } => {
            columns::add(table, column, constraints, *if_not_exists)
        }
        Step::DropColumn { table, column, if_exists, cascade } => {
            let (exists, cascade) = (exists(*if_exists), cascades(*cascade));
            one(format!("ALTER TABLE {} DROP COLUMN {exists}{}{cascade}", name(table), quote(column)))
        }
        Step::RenameColumn { table, from, to } => {
            one(format!("ALTER TABLE {} RENAME COLUMN {} TO {}", name(table), quote(from), quote(to)))
        }
        Step::SetColumnType { table, column, to, collation, using } => {
            Ok(columns::set_type(table, column, (to, collation.as_deref(), using.as_ref()), before))
        }
        Step::SetNullable { table, column, nullable } => {
            let word = if *nullable { "DROP" } else { "SET" };
            one(format!("{} {word} NOT NULL", alter_column(table, column)))
        }
        Step::SetDefault { table, column, to } => one(match to {
            Some(value) => format!("{} SET DEFAULT {value}", alter_column(table, column)),
            None => format!("{} DROP DEFAULT", alter_column(table, column)),
        }),
        Step::SetGeneration { table, column, to } => generation::set(table, column, to.as_ref(), before),

        Step::AddConstraint { table, constraint, using_index } => {
            let clause = constraints::table_clause(constraint, using_index.as_deref());
            one(format!("ALTER TABLE {} ADD {clause}", name(table)))
        }
        Step::DropConstraint { table, name: constraint, if_exists, cascade } => {
            let (exists, cascade) = (exists(*if_exists), cascades(*cascade));
            one(format!("ALTER TABLE {} DROP CONSTRAINT {exists}{}{cascade}", name(table), quote(constraint)))
        }
        Step::RenameConstraint { table, from, to } => {
            one(format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", name(table), quote(from), quote(to)))
        }
        Step::ValidateConstraint { table, name: constraint } => {
            one(format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", name(table), quote(constraint)))
        }
        Step::SetDeferrable { table, name, to } => constraints::set_deferrable(table, name, *to, before),

        Step::CreateIndex { table, index, concurrently, if_not_exists } => {
            one(indexes::create(table, index, *concurrently, *if_not_exists))
        }
        Step::DropIndex { index, concurrently, if_exists, cascade } => {
            let concurrently = if *concurrently { "CONCURRENTLY " } else { "" };
            one(format!("DROP INDEX {concurrently}{}{}{}", exists(*if_exists), name(index), cascades(*cascade)))
        }
        Step::RenameIndex { from, to } => one(format!("ALTER INDEX {} RENAME TO {}", name(from), quote(to))),
        Step::SetIndexStorage { index, to } => indexes::set_storage(index, to, before),

        Step::CreateObject { object, replace, if_not_exists } => objects::create(object, *replace, *if_not_exists),
        Step::DropObject { object, if_exists, cascade } => objects::drop(object, *if_exists, *cascade, before),
        Step::RenameObject { object, to } => objects::rename(object, to, before),
        Step::AlterObject { to } => objects::alter(to, before),
        Step::Amend(amendment) => amendments::amend(amendment),
        Step::AddEnumValue { name, value, position, if_not_exists } => {
            one(objects::add_enum_value(name, value, position, *if_not_exists))
        }
        Step::RenameEnumValue { name: ty, from, to } => {
            one(format!("ALTER TYPE {} RENAME VALUE {} TO {}", name(ty), literal(from), literal(to)))
        }

        Step::CreateTrigger { table, trigger } => Ok(triggers::create(table, trigger)),
        Step::DropTrigger { table, name: trigger, if_exists } => {
            let Some(table) = table else { return Err(missing(format!("table of trigger `{trigger}`"))) };
            one(format!("DROP TRIGGER {}{} ON {}", exists(*if_exists), quote(trigger), name(table)))
        }
        Step::SetTriggerEnabled { table, name, enabled } => one(triggers::enable(table, name, *enabled)),

        Step::AttachPartition { parent, partition, bound } => {
            one(format!("ALTER TABLE {} ATTACH PARTITION {} {bound}", name(parent), name(partition)))
        }
        Step::DetachPartition { parent, partition, concurrently } => {
            let concurrently = if *concurrently { " CONCURRENTLY" } else { "" };
            one(format!("ALTER TABLE {} DETACH PARTITION {}{concurrently}", name(parent), name(partition)))
        }

        Step::SetComment { on, to } => comments::comment(on, to.as_deref(), before),

        Step::ChangeData { .. } => unsupported("write a change of rows from what is known of it"),
        Step::SetSession { name, value } => one(session(name, value.as_deref())),
        Step::Inert { what } => one(what.clone()),
    }
}

/// A name as it stands in SQL.
pub(super) fn name(name: &ObjectName) -> String {
    match &name.namespace {
        Some(namespace) => format!("{}.{}", quote(namespace), quote(&name.name)),
        None => quote(&name.name),
    }
}

/// Names between commas.
fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

fn alter_column(table: &ObjectName, column: &str) -> String {
    format!("ALTER TABLE {} ALTER COLUMN {}", name(table), quote(column))
}

fn exists(if_exists: bool) -> &'static str {
    if if_exists { "IF EXISTS " } else { "" }
}

fn not_exists(if_not_exists: bool) -> &'static str {
    if if_not_exists { "IF NOT EXISTS " } else { "" }
}

fn cascades(cascade: bool) -> &'static str {
    if cascade { " CASCADE" } else { "" }
}

fn unsupported<T>(what: impl Into<String>) -> Result<T, RenderError> {
    Err(RenderError::Unsupported { engine: "PostgreSQL", what: what.into() })
}

fn missing(what: impl Into<String>) -> RenderError {
    RenderError::Missing { what: what.into() }
}

fn table_of<'s>(before: &'s Schema, table: &ObjectName) -> Result<&'s Table, RenderError> {
    before.table(table).ok_or_else(|| missing(format!("table `{table}`")))
}

/// Another schema first, then another name.
fn rename(word: &str, from: &ObjectName, to: &ObjectName) -> Vec<String> {
    let mut statements = Vec::new();
    let mut current = from.clone();
    if from.namespace != to.namespace {
        let namespace = quote(to.namespace.as_deref().unwrap_or("public"));
        statements.push(format!("ALTER {word} {} SET SCHEMA {namespace}", name(&current)));
        current.namespace.clone_from(&to.namespace);
    }
    if from.name != to.name {
        statements.push(format!("ALTER {word} {} RENAME TO {}", name(&current), quote(&to.name)));
    }
    statements
}

/// `fillfactor = 70, autovacuum_enabled = false`.
fn parameters<'p>(parameters: impl Iterator<Item = (&'p String, &'p String)>) -> String {
    let written = parameters.map(|(key, value)| format!("{} = {}", parameter_key(key), parameter_value(value)));
    written.collect::<Vec<_>>().join(", ")
}

fn parameter_key(key: &str) -> String {
    key.split('.').map(quote).collect::<Vec<_>>().join(".")
}

fn parameter_value(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let number = value.parse::<f64>().is_ok() && value.bytes().all(plain);
    if number || matches!(value, "true" | "false" | "on" | "off" | "auto" | "local" | "cascaded" | "none") {
        return value.to_string();
    }
    literal(value)
}

/// `SET (…)` and `RESET (…)` that bring the parameters from one state to another.
fn changed_parameters(from: &BTreeMap<String, String>, to: &BTreeMap<String, String>) -> Vec<String> {
    let set: Vec<_> = to.iter().filter(|(key, value)| from.get(*key) != Some(value)).collect();
    let gone: Vec<String> = from.keys().filter(|key| !to.contains_key(*key)).map(|key| parameter_key(key)).collect();
    let mut actions = Vec::new();
    if !set.is_empty() {
        actions.push(format!("SET ({})", parameters(set.into_iter())));
    }
    if !gone.is_empty() {
        actions.push(format!("RESET ({})", gone.join(", ")));
    }
    actions
}

/// The same for what a statement names: `None` resets.
fn amended_parameters(set: &BTreeMap<String, Option<String>>) -> Vec<String> {
    let from = set.iter().filter(|(_, value)| value.is_none());
    let from = from.map(|(key, _)| (key.clone(), String::new())).collect();
    let to = set.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect();
    changed_parameters(&from, &to)
}

fn session(name: &str, value: Option<&str>) -> String {
    match (name, value) {
        ("BEGIN" | "COMMIT" | "ROLLBACK", _) => name.to_string(),
        ("ALL", _) => "RESET ALL".to_string(),
        ("SAVEPOINT", Some(savepoint)) => format!("SAVEPOINT {savepoint}"),
        ("ROLLBACK TO", Some(savepoint)) => format!("ROLLBACK TO SAVEPOINT {savepoint}"),
        ("RELEASE", Some(savepoint)) => format!("RELEASE SAVEPOINT {savepoint}"),
        ("TRANSACTION", Some(modes)) => format!("SET {modes}"),
        ("CONSTRAINTS", Some(which)) => format!("SET CONSTRAINTS {which}"),
        ("role", Some(role)) => format!("SET ROLE {role}"),
        ("session_authorization", Some(role)) => format!("SET SESSION AUTHORIZATION {role}"),
        ("timezone", Some(zone)) => format!("SET TIME ZONE {zone}"),
        ("role", None) => "RESET ROLE".to_string(),
        ("session_authorization", None) => "RESET SESSION AUTHORIZATION".to_string(),
        (name, Some(value)) => format!("SET {name} TO {value}"),
        (name, None) => format!("RESET {name}"),
    }
}
