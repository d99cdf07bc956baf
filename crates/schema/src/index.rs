use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Expression;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Index {
    /// Lives in its table's namespace.
    pub name: String,
    pub unique: bool,
    /// `None` is the engine's default (`btree`).
    pub method: Option<String>,
    pub keys: Vec<IndexKey>,
    pub include: Vec<String>,
    /// Without the outer parentheses.
    pub predicate: Option<Expression>,
    pub nulls_distinct: bool,
    /// `WITH (fillfactor = 70)`.
    pub storage: BTreeMap<String, String>,
    pub tablespace: Option<String>,
    /// `false` for what a failed `CREATE INDEX CONCURRENTLY` left behind.
    pub valid: bool,
    pub comment: Option<String>,
}

impl Index {
    pub fn new(name: impl Into<String>, keys: Vec<IndexKey>) -> Self {
        Index {
            name: name.into(),
            unique: false,
            method: None,
            keys,
            include: Vec::new(),
            predicate: None,
            nulls_distinct: true,
            storage: BTreeMap::new(),
            tablespace: None,
            valid: true,
            comment: None,
        }
    }

    /// Whether it has the same entries in the same order, whatever it is called and wherever it is kept. PostgreSQL then
    /// takes that of a partition for its part of its parent's.
    pub fn is_like(&self, other: &Index) -> bool {
        self.unique == other.unique
            && self.method == other.method
            && self.keys == other.keys
            && self.include == other.include
            && self.predicate == other.predicate
            && self.nulls_distinct == other.nulls_distinct
    }

    /// Whether the index reads this column as a plain key or carries it.
    pub fn names_column(&self, column: &str) -> bool {
        self.include.iter().any(|included| included == column)
            || self.keys.iter().any(|key| matches!(&key.target, IndexTarget::Column(name) if name == column))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IndexKey {
    pub target: IndexTarget,
    /// Only where it differs from the column's own.
    pub collation: Option<String>,
    /// Only where it is not the type's default; with its parameters, as written.
    pub operator_class: Option<String>,
    pub descending: bool,
    /// Only where it is not the default of the direction (last for ascending, first for descending).
    pub nulls_first: Option<bool>,
}

impl IndexKey {
    pub fn column(name: impl Into<String>) -> Self {
        IndexKey::of(IndexTarget::Column(name.into()))
    }

    pub fn expression(expression: impl Into<Expression>) -> Self {
        IndexKey::of(IndexTarget::Expression(expression.into()))
    }

    fn of(target: IndexTarget) -> Self {
        IndexKey { target, collation: None, operator_class: None, descending: false, nulls_first: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexTarget {
    Column(String),
    /// Without outer parentheses.
    Expression(Expression),
}
