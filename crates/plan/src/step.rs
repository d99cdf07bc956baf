use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{
    Column, ColumnType, Constraint, Deferrable, Expression, Generation, Index, Object, ObjectId, ObjectName, Table,
    TableOptions, Trigger,
};

use crate::Amendment;

/// One thing that an engine can render, read back and judge. Closed: a new step makes every engine fail to compile
/// until it answers.
///
/// A step says what shall be, never how it was: [`Dialect::render`](crate::Dialect::render) is given the schema before
/// it, and [`fold`](crate::fold) gives the schema after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The table with its columns and constraints. Its `indexes`, `triggers` and comments are *not* part of this
    /// step: they have their own.
    CreateTable {
        table: Box<Table>,
        if_not_exists: bool,
    },
    DropTable {
        table: ObjectName,
        if_exists: bool,
        cascade: bool,
    },
    /// Also between namespaces.
    RenameTable {
        from: ObjectName,
        to: ObjectName,
    },
    /// All options as they shall be.
    SetTableOptions {
        table: ObjectName,
        to: Box<TableOptions>,
    },
    /// A new table of the old name, filled from the old one: what SQLite needs for what its ALTER cannot do.
    /// `to` carries columns, constraints, indexes and triggers; `copy` says, for each column that is filled, from what.
    RebuildTable {
        table: ObjectName,
        to: Box<Table>,
        copy: Vec<(String, Expression)>,
    },

    /// `constraints` are those written with the column (`REFERENCES`, `UNIQUE`, `CHECK`).
    AddColumn {
        table: ObjectName,
        column: Box<Column>,
        constraints: Vec<Constraint>,
        if_not_exists: bool,
    },
    DropColumn {
        table: ObjectName,
        column: String,
        if_exists: bool,
        cascade: bool,
    },
    RenameColumn {
        table: ObjectName,
        from: String,
        to: String,
    },
    /// `collation: None` leaves the type's default collation.
    SetColumnType {
        table: ObjectName,
        column: String,
        to: ColumnType,
        collation: Option<String>,
        using: Option<Expression>,
    },
    SetNullable {
        table: ObjectName,
        column: String,
        nullable: bool,
    },
    SetDefault {
        table: ObjectName,
        column: String,
        to: Option<Expression>,
    },
    /// Identity, serial and generated columns: made, changed or made plain.
    SetGeneration {
        table: ObjectName,
        column: String,
        to: Option<Generation>,
    },

    /// `using_index`: the constraint takes over an index that exists, and its name if it has none of its own.
    AddConstraint {
        table: ObjectName,
        constraint: Box<Constraint>,
        using_index: Option<String>,
    },
    DropConstraint {
        table: ObjectName,
        name: String,
        if_exists: bool,
        cascade: bool,
    },
    RenameConstraint {
        table: ObjectName,
        from: String,
        to: String,
    },
    ValidateConstraint {
        table: ObjectName,
        name: String,
    },
    SetDeferrable {
        table: ObjectName,
        name: String,
        to: Deferrable,
    },

    /// On a table or on a materialized view.
    CreateIndex {
        table: ObjectName,
        index: Box<Index>,
        concurrently: bool,
        if_not_exists: bool,
    },
    DropIndex {
        index: ObjectName,
        concurrently: bool,
        if_exists: bool,
        cascade: bool,
    },
    RenameIndex {
        from: ObjectName,
        to: String,
    },
    /// `ALTER INDEX … SET (…)`: the storage parameters as they shall be.
    SetIndexStorage {
        index: ObjectName,
        to: std::collections::BTreeMap<String, String>,
    },

    /// `replace` is `CREATE OR REPLACE`.
    CreateObject {
        object: Box<Object>,
        replace: bool,
        if_not_exists: bool,
    },
    DropObject {
        object: ObjectId,
        if_exists: bool,
        cascade: bool,
    },
    RenameObject {
        object: ObjectId,
        to: ObjectName,
    },
    /// A domain, sequence, extension or view as it shall be, changed in place.
    AlterObject {
        to: Box<Object>,
    },
    /// One part of something changes, the rest of it stays. Read from scripts; autogenerate writes whole values.
    Amend(Box<Amendment>),
    AddEnumValue {
        name: ObjectName,
        value: String,
        position: EnumPosition,
        if_not_exists: bool,
    },
    RenameEnumValue {
        name: ObjectName,
        from: String,
        to: String,
    },

    CreateTrigger {
        table: ObjectName,
        trigger: Box<Trigger>,
    },
    /// `table` is `None` where a trigger is named without its table (SQLite).
    DropTrigger {
        table: Option<ObjectName>,
        name: String,
        if_exists: bool,
    },
    SetTriggerEnabled {
        table: ObjectName,
        name: String,
        enabled: bool,
    },

    AttachPartition {
        parent: ObjectName,
        partition: ObjectName,
        bound: String,
    },
    DetachPartition {
        parent: ObjectName,
        partition: ObjectName,
        concurrently: bool,
    },

    SetComment {
        on: CommentTarget,
        to: Option<String>,
    },

    /// Rows change, the schema does not.
    ChangeData {
        change: DataChange,
        tables: Vec<ObjectName>,
    },
    /// `SET`, `PRAGMA`, `BEGIN`: something about the session. `name` is the setting or the first word.
    SetSession {
        name: String,
        value: Option<String>,
    },
    /// Understood, and known to change neither the schema as modelled nor any row: `GRANT`, `ANALYZE`, `SELECT 1`.
    Inert {
        what: String,
    },
}

impl Step {
    /// The columns that it makes, and their table.
    pub fn new_columns(&self) -> Option<(&ObjectName, &[Column])> {
        if let Step::CreateTable { table, .. } = self {
            Some((&table.name, &table.columns))
        } else if let Step::AddColumn { table, column, .. } = self {
            Some((table, std::slice::from_ref(column)))
        } else {
            None
        }
    }

    /// Whether it adds the constraint of that name.
    pub fn adds_constraint(&self, to: &ObjectName, name: &str) -> bool {
        matches!(
            self,
            Step::AddConstraint { table, constraint, .. } if table == to && constraint.name() == Some(name)
        )
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataChange {
    Insert,
    Update,
    Delete,
    Truncate,
    Merge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnumPosition {
    Last,
    Before(String),
    After(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentTarget {
    Table(ObjectName),
    Column(ObjectName, String),
    Constraint(ObjectName, String),
    Index(ObjectName),
    Trigger(ObjectName, String),
    Object(ObjectId),
}

impl fmt::Display for CommentTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommentTarget::Table(table) => write!(f, "table `{table}`"),
            CommentTarget::Column(table, column) => write!(f, "column `{table}.{column}`"),
            CommentTarget::Constraint(table, name) => write!(f, "constraint `{name}` of `{table}`"),
            CommentTarget::Index(name) => write!(f, "index `{name}`"),
            CommentTarget::Trigger(table, name) => write!(f, "trigger `{name}` of `{table}`"),
            CommentTarget::Object(object) => object.fmt(f),
        }
    }
}
