use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{
    Column, Constraint, Generation, Index, Object, ObjectId, ObjectName, Pair, Table, TableOptions, Trigger,
};

use crate::CommentTarget;

/// What differs between two schemas. Closed, and without opinions: how it is carried out safely is the ops' business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// With everything that is in it and on it.
    CreateTable {
        table: Box<Table>,
    },
    DropTable {
        table: Box<Table>,
    },
    RenameTable {
        from: ObjectName,
        to: ObjectName,
    },
    AlterTableOptions {
        table: ObjectName,
        options: Box<Pair<TableOptions>>,
    },

    AddColumn {
        table: ObjectName,
        column: Box<Column>,
    },
    DropColumn {
        table: ObjectName,
        column: Box<Column>,
    },
    RenameColumn {
        table: ObjectName,
        from: String,
        to: String,
    },
    AlterColumn {
        table: ObjectName,
        column: Box<Pair<Column>>,
    },

    AddConstraint {
        table: ObjectName,
        constraint: Box<Constraint>,
    },
    DropConstraint {
        table: ObjectName,
        constraint: Box<Constraint>,
    },
    /// Two of one name, or two that mean the same under two names.
    AlterConstraint {
        table: ObjectName,
        constraint: Box<Pair<Constraint>>,
    },

    /// On a table or a materialized view.
    CreateIndex {
        table: ObjectName,
        index: Box<Index>,
    },
    DropIndex {
        table: ObjectName,
        index: Box<Index>,
    },
    AlterIndex {
        table: ObjectName,
        index: Box<Pair<Index>>,
    },

    /// On a table or a view.
    CreateTrigger {
        table: ObjectName,
        trigger: Box<Trigger>,
    },
    DropTrigger {
        table: ObjectName,
        trigger: Box<Trigger>,
    },
    AlterTrigger {
        table: ObjectName,
        trigger: Box<Pair<Trigger>>,
    },

    CreateObject {
        object: Box<Object>,
    },
    DropObject {
        object: Box<Object>,
    },
    RenameObject {
        object: ObjectId,
        to: ObjectName,
    },
    AlterObject {
        object: Box<Pair<Object>>,
    },
    RenameEnumValue {
        name: ObjectName,
        from: String,
        to: String,
    },

    SetComment {
        on: CommentTarget,
        comment: Pair<Option<String>>,
    },
}

impl Change {
    /// The change in plain words, in the imperative.
    pub fn describe(&self) -> String {
        match self {
            Change::CreateTable { table } => {
                format!("create table `{}` with {}", table.name, counted(table.columns.len(), "column"))
            }
            Change::DropTable { table } => format!("drop table `{}`", table.name),
            Change::RenameTable { from, to } => format!("rename table `{from}` to `{to}`"),
            Change::AlterTableOptions { table, options } => {
                format!("change {} of table `{table}`", listed(&option_differences(options)))
            }

            Change::AddColumn { table, column } => {
                format!("add column `{table}.{}` {}", column.name, column_words(column))
            }
            Change::DropColumn { table, column } => format!("drop column `{table}.{}`", column.name),
            Change::RenameColumn { table, from, to } => format!("rename column `{table}.{from}` to `{to}`"),
            Change::AlterColumn { table, column } => {
                format!("change column `{table}.{}`: {}", column.to.name, column_differences(column).join(", "))
            }

            Change::AddConstraint { table, constraint } => {
                format!("add {} to table `{table}`", constraint_words(constraint))
            }
            Change::DropConstraint { table, constraint } => {
                format!("drop {} of table `{table}`", constraint_words(constraint))
            }
            Change::AlterConstraint { table, constraint } => match renamed(constraint) {
                Some((from, to)) => format!("rename {} `{from}` of table `{table}` to `{to}`", constraint.to.kind()),
                None => format!("change {} of table `{table}`", constraint_words(&constraint.to)),
            },

            Change::CreateIndex { table, index } => {
                let unique = if index.unique { "unique index" } else { "index" };
                format!("create {unique} `{}` on `{table}`", index.name)
            }
            Change::DropIndex { table, index } => format!("drop index `{}` of `{table}`", index.name),
            Change::AlterIndex { table, index } => {
                if index.from.name == index.to.name {
                    format!("change index `{}` of `{table}`: {}", index.to.name, listed(&index_differences(index)))
                } else {
                    format!("rename index `{}` of `{table}` to `{}`", index.from.name, index.to.name)
                }
            }

            Change::CreateTrigger { table, trigger } => format!("create trigger `{}` on `{table}`", trigger.name),
            Change::DropTrigger { table, trigger } => format!("drop trigger `{}` of `{table}`", trigger.name),
            Change::AlterTrigger { table, trigger } => format!("change trigger `{}` of `{table}`", trigger.to.name),

            Change::CreateObject { object } => format!("create {}", object.id()),
            Change::DropObject { object } => format!("drop {}", object.id()),
            Change::RenameObject { object, to } => format!("rename {object} to `{to}`"),
            Change::AlterObject { object } => match (&object.from, &object.to) {
                (Object::Enum(from), Object::Enum(to)) => {
                    format!("change enum `{}`: {}", to.name, enum_differences(&from.values, &to.values))
                }
                (_, to) => format!("change {}", to.id()),
            },
            Change::RenameEnumValue { name, from, to } => format!("rename value '{from}' of enum `{name}` to '{to}'"),

            Change::SetComment { on, comment } => match (&comment.from, &comment.to) {
                (_, None) => format!("drop the comment on {on}"),
                (None, Some(_)) => format!("add a comment on {on}"),
                (Some(_), Some(_)) => format!("change the comment on {on}"),
            },
        }
    }

    /// The table that is changed, or on which something is; `None` for what stands on its own.
    pub fn table(&self) -> Option<&ObjectName> {
        match self {
            Change::CreateTable { table } | Change::DropTable { table } => Some(&table.name),
            Change::RenameTable { from, to: _ } => Some(from),
            Change::AlterTableOptions { table, .. }
            | Change::AddColumn { table, .. }
            | Change::DropColumn { table, .. }
            | Change::RenameColumn { table, .. }
            | Change::AlterColumn { table, .. }
            | Change::AddConstraint { table, .. }
            | Change::DropConstraint { table, .. }
            | Change::AlterConstraint { table, .. }
            | Change::CreateIndex { table, .. }
            | Change::DropIndex { table, .. }
            | Change::AlterIndex { table, .. }
            | Change::CreateTrigger { table, .. }
            | Change::DropTrigger { table, .. }
            | Change::AlterTrigger { table, .. } => Some(table),
            Change::CreateObject { .. }
            | Change::DropObject { .. }
            | Change::RenameObject { .. }
            | Change::AlterObject { .. }
            | Change::RenameEnumValue { .. } => None,
            Change::SetComment { on, comment: _ } => match on {
                CommentTarget::Table(table)
                | CommentTarget::Column(table, _)
                | CommentTarget::Constraint(table, _)
                | CommentTarget::Trigger(table, _) => Some(table),
                CommentTarget::Index(_) | CommentTarget::Object(_) => None,
            },
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn listed(parts: &[&str]) -> String {
    match parts {
        [] => "nothing that is modelled".to_string(),
        [only] => (*only).to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn column_words(column: &Column) -> String {
    let mut words = column.ty.to_string();
    if !column.nullable {
        words.push_str(" not null");
    }
    if let Some(default) = &column.default {
        words.push_str(&format!(" default {default}"));
    }
    match &column.generation {
        None => {}
        Some(generation) => words.push_str(&format!(", {}", generation_words(generation))),
    }
    words
}

fn generation_words(generation: &Generation) -> String {
    match generation {
        Generation::Serial { .. } => "serial".to_string(),
        Generation::Identity(identity) if identity.always => "identity (always)".to_string(),
        Generation::Identity(_) => "identity (by default)".to_string(),
        Generation::Stored(expression) => format!("generated as {expression}, stored"),
        Generation::Virtual(expression) => format!("generated as {expression}, virtual"),
        Generation::AutoIncrement => "autoincrement".to_string(),
    }
}

/// What tells the two columns apart, in words; comments are left out, they are changes of their own.
fn column_differences(column: &Pair<Column>) -> Vec<String> {
    let Pair { from, to } = column;
    let mut differences = Vec::new();
    if from.ty != to.ty {
        differences.push(format!("type {} → {}", from.ty, to.ty));
    }
    if from.nullable != to.nullable {
        differences.push(if to.nullable { "nullable".to_string() } else { "not null".to_string() });
    }
    if from.default != to.default {
        let words = |default: &Option<whimbrel_schema::Expression>| match default {
            Some(default) => default.to_string(),
            None => "none".to_string(),
        };
        differences.push(format!("default {} → {}", words(&from.default), words(&to.default)));
    }
    if from.generation != to.generation {
        let words = |generation: &Option<Generation>| match generation {
            Some(generation) => generation_words(generation),
            None => "plain".to_string(),
        };
        differences.push(match (&from.generation, &to.generation) {
            (Some(Generation::Serial { sequence: from }), Some(Generation::Serial { sequence: to })) => {
                format!("sequence `{from}` → `{to}`")
            }
            (Some(Generation::Identity(from)), Some(Generation::Identity(to))) if from.always == to.always => {
                "numbers of its identity".to_string()
            }
            (from, to) => format!("{} → {}", words(from), words(to)),
        });
    }
    if from.collation != to.collation {
        let words = |collation: &Option<String>| collation.clone().unwrap_or_else(|| "default".to_string());
        differences.push(format!("collation {} → {}", words(&from.collation), words(&to.collation)));
    }
    if from.on_null != to.on_null {
        differences.push("conflict clause".to_string());
    }
    if from.name != to.name {
        differences.push(format!("name `{}` → `{}`", from.name, to.name));
    }
    differences
}

fn constraint_words(constraint: &Constraint) -> String {
    let columns = |columns: &[String]| columns.join(", ");
    let named = match constraint.name() {
        Some(name) => format!("{} `{name}`", constraint.kind()),
        None => constraint.kind().to_string(),
    };
    match constraint {
        Constraint::PrimaryKey(key) => format!("{named} ({})", columns(&key.columns)),
        Constraint::Unique(unique) => format!("{named} ({})", columns(&unique.columns)),
        Constraint::ForeignKey(key) => format!("{named} ({}) → `{}`", columns(&key.columns), key.references),
        Constraint::Check(check) => format!("{named} ({})", check.expression),
        Constraint::Exclusion(_) => named,
    }
}

/// The two names, where nothing but the name differs.
fn renamed(constraint: &Pair<Constraint>) -> Option<(String, String)> {
    let names = (constraint.from.name()?.to_string(), constraint.to.name()?.to_string());
    let mut from = constraint.from.clone();
    *from.name_mut() = Some(names.1.clone());
    (names.0 != names.1 && from == constraint.to).then_some(names)
}

fn index_differences(index: &Pair<Index>) -> Vec<&'static str> {
    let Pair { from, to } = index;
    let checks = [
        (from.unique != to.unique, "uniqueness"),
        (from.method != to.method, "method"),
        (from.keys != to.keys, "keys"),
        (from.include != to.include, "included columns"),
        (from.predicate != to.predicate, "condition"),
        (from.nulls_distinct != to.nulls_distinct, "nulls not distinct"),
        (from.storage != to.storage, "storage parameters"),
        (from.tablespace != to.tablespace, "tablespace"),
        (from.valid != to.valid, "it is invalid in the database"),
    ];
    checks.into_iter().filter_map(|(differs, words)| differs.then_some(words)).collect()
}

fn option_differences(options: &Pair<TableOptions>) -> Vec<&'static str> {
    let Pair { from, to } = options;
    let checks = [
        (from.persistence != to.persistence, "persistence"),
        (from.partition_by != to.partition_by, "partitioning"),
        (from.partition_of != to.partition_of, "the partition's bounds"),
        (from.inherits != to.inherits, "inheritance"),
        (from.storage != to.storage, "storage parameters"),
        (from.tablespace != to.tablespace, "tablespace"),
        (from.row_security != to.row_security, "row level security"),
        (from.strict != to.strict, "strictness"),
        (from.without_rowid != to.without_rowid, "rowid"),
        (from.virtual_using != to.virtual_using, "virtual table module"),
    ];
    checks.into_iter().filter_map(|(differs, words)| differs.then_some(words)).collect()
}

fn enum_differences(from: &[String], to: &[String]) -> String {
    let quoted = |values: Vec<&String>| values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", ");
    let added: Vec<&String> = to.iter().filter(|value| !from.contains(value)).collect();
    let removed: Vec<&String> = from.iter().filter(|value| !to.contains(value)).collect();
    let mut parts = Vec::new();
    if !added.is_empty() {
        parts.push(format!("add {}", quoted(added)));
    }
    if !removed.is_empty() {
        parts.push(format!("remove {}", quoted(removed)));
    }
    if parts.is_empty() { "another order of its values".to_string() } else { parts.join(", ") }
}
