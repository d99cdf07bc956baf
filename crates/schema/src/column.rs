use serde::{Deserialize, Serialize};

use crate::{ColumnType, Expression, Notes, ObjectName, OnConflict};

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    pub nullable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Expression>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<Generation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// What SQLite does when a row brings NULL to a `NOT NULL ON CONFLICT …` column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_null: Option<OnConflict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip)]
    pub notes: Notes,
}

impl Column {
    /// A nullable column without anything else: what every new column is until told otherwise.
    pub fn new(name: impl Into<String>, ty: ColumnType) -> Self {
        Column {
            name: name.into(),
            ty,
            nullable: true,
            default: None,
            generation: None,
            collation: None,
            on_null: None,
            comment: None,
            notes: Notes::default(),
        }
    }

    pub fn not_null(self) -> Self {
        Column { nullable: false, ..self }
    }

    pub fn default(self, expression: impl Into<Expression>) -> Self {
        Column { default: Some(expression.into()), ..self }
    }

    pub fn generated(self, generation: Generation) -> Self {
        Column { generation: Some(generation), ..self }
    }
}

/// How the engine itself makes a column's value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// PostgreSQL's `serial`: the default is the next value of a sequence that the column owns. The column's
    /// `default` stays `None`; the sequence is not listed among the schema's sequences.
    Serial {
        sequence: ObjectName,
    },
    Identity(Identity),
    /// Computed and kept (`STORED`).
    Stored(Expression),
    /// Computed when read (`VIRTUAL`).
    Virtual(Expression),
    /// SQLite's and MySQL's `AUTOINCREMENT`.
    AutoIncrement,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// `ALWAYS` rather than `BY DEFAULT`.
    pub always: bool,
    pub options: SequenceOptions,
}

/// The numbers of a sequence, all spelled out as the catalogue has them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SequenceOptions {
    pub start: i64,
    pub increment: i64,
    pub minimum: i64,
    pub maximum: i64,
    pub cache: i64,
    pub cycle: bool,
}

impl SequenceOptions {
    /// What PostgreSQL makes of a bare ascending sequence whose type ends at `maximum`.
    pub fn ascending(maximum: i64) -> Self {
        SequenceOptions { start: 1, increment: 1, minimum: 1, maximum, cache: 1, cycle: false }
    }
}
