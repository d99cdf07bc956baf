use std::fmt;

use serde::{Deserialize, Serialize};

/// A column's type in its engine's terms: the catalogue's name, its arguments, its array dimensions.
///
/// PostgreSQL names are canonical (`character varying`, `timestamp with time zone`); SQLite keeps the declared words,
/// and two spellings are compared by the dialect, which knows about affinity and case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnType {
    /// Only for types that people made and that live outside the default namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dimensions: u8,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

impl ColumnType {
    pub fn new(name: impl Into<String>) -> Self {
        ColumnType { namespace: None, name: name.into(), arguments: Vec::new(), dimensions: 0 }
    }

    pub fn with_arguments<A: ToString>(name: impl Into<String>, arguments: impl IntoIterator<Item = A>) -> Self {
        let arguments = arguments.into_iter().map(|argument| argument.to_string()).collect();
        ColumnType { arguments, ..ColumnType::new(name) }
    }

    pub fn array_of(self, dimensions: u8) -> Self {
        ColumnType { dimensions, ..self }
    }
}

/// `timestamp(3) with time zone`: the arguments stand before the suffix.
impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}.")?;
        }
        let (head, suffix) = match self.name.find(" with") {
            Some(at) if self.name.starts_with("time") => self.name.split_at(at),
            Some(_) | None => (self.name.as_str(), ""),
        };
        f.write_str(head)?;
        if !self.arguments.is_empty() {
            write!(f, "({})", self.arguments.join(", "))?;
        }
        f.write_str(suffix)?;
        for _ in 0..self.dimensions {
            f.write_str("[]")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_stand_before_the_time_zone() {
        let ty = ColumnType::with_arguments("timestamp with time zone", [3]);
        assert_eq!(ty.to_string(), "timestamp(3) with time zone");
        assert_eq!(ColumnType::with_arguments("numeric", [10, 2]).array_of(1).to_string(), "numeric(10, 2)[]");
    }
}
