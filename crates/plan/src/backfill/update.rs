use std::ops::Range;

use thiserror::Error;
use whimbrel_schema::ObjectName;

/// The parts of a plain UPDATE of one table, as places in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub table: ObjectName,
    /// `ONLY email AS e`.
    pub target: Range<usize>,
    /// What its columns are qualified with, as it is written: the alias, or the table's own name.
    pub name: Range<usize>,
    /// The same, as the engine compares names.
    pub known_as: String,
    /// All that stands behind SET.
    pub set: Range<usize>,
    pub assignments: Vec<Assignment>,
    pub from: Option<Piece>,
    pub condition: Option<Piece>,
}

/// `a = …` or `(a, b) = …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub columns: Vec<String>,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Expression(Piece),
    Default,
    /// One value for several columns: a subquery.
    Several(Piece),
    /// A part of the column's value is set: an element, a field.
    Part(Piece),
}

/// A stretch of the statement with what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub span: Range<usize>,
    pub words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub qualifier: Option<String>,
    /// `*` behind a qualifier too.
    pub name: String,
    /// Without quotes it may be a keyword.
    pub quoted: bool,
    /// Within a subquery, or in FROM.
    pub nested: bool,
    /// A parenthesis follows.
    pub called: bool,
    /// It qualifies the word behind it.
    pub qualifies: bool,
}

/// Why an UPDATE does not run in batches, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct NotBatched {
    pub reason: String,
    pub next: String,
}

impl NotBatched {
    pub(super) fn new(reason: impl Into<String>, next: impl Into<String>) -> Self {
        NotBatched { reason: reason.into(), next: next.into() }
    }

    /// What is not of the form that batches are made of.
    pub(super) fn form(reason: impl Into<String>) -> Self {
        NotBatched::new(reason, "write it as `UPDATE table SET … WHERE …`, one table and nothing around it")
    }
}

impl Update {
    /// Every column that is set.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.assignments.iter().flat_map(|assignment| assignment.columns.iter().map(String::as_str))
    }

    pub fn sets(&self, column: &str) -> bool {
        self.columns().any(|set| set.eq_ignore_ascii_case(column))
    }

    /// All that is computed or asked in it.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let values = self.assignments.iter().filter_map(|assignment| match &assignment.value {
            Value::Expression(piece) | Value::Several(piece) | Value::Part(piece) => Some(piece),
            Value::Default => None,
        });
        values.chain(&self.from).chain(&self.condition)
    }
}
