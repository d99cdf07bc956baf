use serde::{Deserialize, Serialize};
use whimbrel_schema::{Expression, ObjectName};

use crate::{Change, Dialect};

/// An UPDATE that gives columns their values, and finds nothing to do when it is run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    pub table: ObjectName,
    /// Those that are kept in step with others are filled together: a row with one of them alone would look as if new
    /// code had written it.
    pub values: Vec<(String, Expression)>,
    /// Without the closing semicolon.
    pub sql: String,
    pub note: Option<String>,
    /// Whether the columns came with the link before: undoing that takes the values back too.
    pub into_new: bool,
}

impl Fill {
    pub(super) fn new(
        table: &ObjectName,
        values: Vec<(String, Expression)>,
        condition: &str,
        dialect: &dyn Dialect,
    ) -> Self {
        let set: Vec<String> =
            values.iter().map(|(column, value)| format!("{} = {value}", dialect.quote(column))).collect();
        let sql = format!("UPDATE {} SET {} WHERE {condition}", dialect.quote_name(table), set.join(", "));
        Fill { table: table.clone(), values, sql, note: None, into_new: false }
    }

    /// For rows that have no value yet.
    pub(super) fn of_null(table: &ObjectName, values: Vec<(String, Expression)>, dialect: &dyn Dialect) -> Self {
        let empty: Vec<String> =
            values.iter().map(|(column, _)| format!("{} IS NULL", dialect.quote(column))).collect();
        Fill::new(table, values, &empty.join(" AND "), dialect)
    }

    pub(super) fn noted(self, note: Option<String>) -> Self {
        Fill { note, ..self }
    }

    /// Whether the change adds one of the columns.
    pub(super) fn is_into(&self, change: &Change) -> bool {
        let Change::AddColumn { table, column } = change else { return false };
        *table == self.table && self.values.iter().any(|(name, _)| *name == column.name)
    }

    /// The columns, as people name them.
    pub fn columns(&self) -> String {
        let names: Vec<String> = self.values.iter().map(|(column, _)| format!("`{}.{column}`", self.table)).collect();
        names.join(", ")
    }

    pub fn describe(&self) -> String {
        let each = |(column, value): &(String, Expression)| format!("`{}.{column}` with {value}", self.table);
        format!("fill {}", self.values.iter().map(each).collect::<Vec<_>>().join(", "))
    }
}
