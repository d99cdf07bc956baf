use std::fmt;

use serde::{Deserialize, Serialize};

/// SQL that stands for a value: a default, a check, a predicate, a generated column.
///
/// Kept as text. Two texts may mean the same; only the engine can say so for certain (it is asked where it matters),
/// and its dialect knows the cheap cases.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Expression(pub String);

impl Expression {
    pub fn new(text: impl Into<String>) -> Self {
        Expression(text.into())
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Expression {
    fn from(text: &str) -> Self {
        Expression::new(text)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
