use whimbrel_schema::{Column, Expression, ObjectName, Schema, Table};

use super::{DualWriteError, Keepers};
use crate::Dialect;
use crate::words::words;

/// Columns of one table that old code and new code write at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DualWrite {
    pub table: ObjectName,
    pub kept: Vec<Kept>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The same fact in the columns that old code knows and in those that new code knows: one each for a rename or
    /// another type, several where a column is split or merged.
    ///
    /// A row is in step when the new columns are what `new` makes of the old ones, or the old ones what `old` makes of
    /// the new ones. Whichever side a statement changed is followed by the other; where it changed both, the new one
    /// counts.
    Both { old: Vec<Side>, new: Vec<Side> },
    /// A column that old code does not know: it is filled wherever it would be left NULL.
    Filled { column: String, value: Expression },
}

/// A column, and what it gets when the other side was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub column: String,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// What that column holds.
    Copied(String),
    /// In the words of the table's columns.
    Computed(Expression),
    /// Nothing can be said: it stays as it is.
    Left,
}

impl Kept {
    /// One column for another, the values converted by assignment.
    pub fn renamed(from: impl Into<String>, to: impl Into<String>) -> Self {
        let (from, to) = (from.into(), to.into());
        Kept::Both {
            old: vec![Side { column: from.clone(), value: Value::Copied(to.clone()) }],
            new: vec![Side { column: to, value: Value::Copied(from) }],
        }
    }

    /// One column for another, with what turns the one into the other.
    pub fn converted(from: impl Into<String>, to: impl Into<String>, forward: Value, backward: Value) -> Self {
        Kept::Both {
            old: vec![Side { column: from.into(), value: backward }],
            new: vec![Side { column: to.into(), value: forward }],
        }
    }

    /// Every column that it writes.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Kept::Both { old, new } => old.iter().chain(new).map(|side| side.column.as_str()).collect(),
            Kept::Filled { column, .. } => vec![column],
        }
    }

    /// A word for names.
    pub fn label(&self) -> String {
        self.columns().join("_")
    }
}

impl DualWrite {
    /// Puts what keeps the columns in step into the schema in between, and takes out of it what would stand in the way:
    ///
    /// - the defaults of new columns, because a row of old code must not look as if new code had written it. A new
    ///   column's default is used where a row names neither side and the old one has none of its own;
    /// - NOT NULL, on both sides, where the engine checks it before a trigger could fill the column.
    ///
    /// New columns that old rows have nothing in yet must be nullable already.
    pub fn keep(&self, middle: &mut Schema, dialect: &dyn Dialect) -> Result<(), DualWriteError> {
        super::keep::keep(self, middle, dialect)
    }

    /// Only what the engine needs for it, for a schema in which the new columns still have their defaults.
    pub fn keepers(&self, middle: &Schema, dialect: &dyn Dialect) -> Result<Keepers, DualWriteError> {
        self.check(middle)?;
        dialect.keepers(self, middle)
    }

    pub(super) fn found<'s>(&self, schema: &'s Schema) -> Result<&'s Table, DualWriteError> {
        schema.table(&self.table).ok_or_else(|| DualWriteError::NoTable { table: self.table.clone() })
    }

    fn check(&self, schema: &Schema) -> Result<(), DualWriteError> {
        let table = self.found(schema)?;
        let (engine, name) = (schema.engine, || self.table.clone());
        for kept in &self.kept {
            for column in kept.columns() {
                let found = table.columns.iter().find(|it| engine.same_name(&it.name, column));
                let column = column.to_string();
                let Some(found) = found else { return Err(DualWriteError::NoColumn { table: name(), column }) };
                if crate::ops::is_computed(found) {
                    return Err(DualWriteError::Computed { table: name(), column });
                }
                if found.generation.is_some() && kept.is_new(&column) {
                    return Err(DualWriteError::Counted { table: name(), column });
                }
            }
        }
        Ok(())
    }
}

impl Kept {
    pub(super) fn is_new(&self, column: &str) -> bool {
        match self {
            Kept::Both { new, .. } => new.iter().any(|side| side.column == column),
            Kept::Filled { column: filled, .. } => filled == column,
        }
    }
}

/// The columns of the table whose names stand in the expression.
pub fn columns_in<'t>(expression: &Expression, table: &'t Table, schema: &Schema) -> Vec<&'t Column> {
    let words = words(expression.text());
    let named = |column: &&Column| words.iter().any(|word| word.names(&column.name, schema.engine));
    table.columns.iter().filter(named).collect()
}
