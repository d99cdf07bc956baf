use serde::{Deserialize, Serialize};
use whimbrel_schema::{Expression, ObjectName};

use crate::{Change, Dialect};

/// An UPDATE that gives a column its values, and finds nothing to do when it is run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    pub table: ObjectName,
    pub column: String,
    pub value: Expression,
    /// Without the closing semicolon.
    pub sql: String,
    pub note: Option<String>,
    /// Whether the column came with the link before: undoing that takes the values back too.
    pub into_new: bool,
}

impl Fill {
    /// For rows that have no value yet.
    pub fn of_null(table: &ObjectName, column: &str, value: &Expression, dialect: &dyn Dialect) -> Self {
        let (name, quoted) = (dialect.quote_name(table), dialect.quote(column));
        Fill {
            table: table.clone(),
            column: column.to_string(),
            value: value.clone(),
            sql: format!("UPDATE {name} SET {quoted} = {value} WHERE {quoted} IS NULL"),
            note: None,
            into_new: false,
        }
    }

    pub fn noted(self, note: Option<String>) -> Self {
        Fill { note, ..self }
    }

    /// Whether the change adds the column.
    pub(super) fn is_into(&self, change: &Change) -> bool {
        matches!(change, Change::AddColumn { table, column } if *table == self.table && column.name == self.column)
    }

    pub fn describe(&self) -> String {
        format!("fill `{}.{}` with {}", self.table, self.column, self.value)
    }
}
