//! How a value of an old column becomes one of a new column, and back.

use whimbrel_schema::{Column, Expression, ObjectName, Pair};

use super::Fill;
use super::dual_write::Value;
use crate::words::{splice, words};
use crate::{Cast, Dialect};

/// `None` where some values might not survive: nothing then keeps the two in step.
pub(super) fn values(
    columns: Pair<&Column>,
    chosen: Pair<Option<&Expression>>,
    dialect: &dyn Dialect,
) -> Option<Pair<Value>> {
    let forward = one(columns, chosen.to, dialect)?;
    let backward = one(columns.reversed(), chosen.from, dialect)?;
    Some(Pair::new(backward, forward))
}

/// What the second column gets from the first.
pub(super) fn one(columns: Pair<&Column>, chosen: Option<&Expression>, dialect: &dyn Dialect) -> Option<Value> {
    if let Some(chosen) = chosen {
        return Some(Value::Computed(chosen.clone()));
    }
    let name = &columns.from.name;
    let types = columns.map(|column| &column.ty);
    if dialect.same_type(types) {
        return Some(Value::Copied(name.clone()));
    }
    match dialect.cast(name, types) {
        Cast::Implicit => Some(Value::Copied(name.clone())),
        Cast::Using(expression) => Some(Value::Computed(expression)),
        Cast::Lossy(_) | Cast::Impossible => None,
    }
}

/// The same where some values may not survive, and the statement fails on them.
pub(super) fn at_risk(columns: Pair<&Column>, dialect: &dyn Dialect) -> Option<Expression> {
    let name = &columns.from.name;
    match dialect.cast(name, columns.map(|column| &column.ty)) {
        Cast::Implicit | Cast::Lossy(None) => Some(Expression::new(dialect.quote(name))),
        Cast::Using(expression) | Cast::Lossy(Some(expression)) => Some(expression),
        Cast::Impossible => None,
    }
}

/// The value as it stands in a statement.
pub(super) fn sql(value: &Value, dialect: &dyn Dialect) -> Option<Expression> {
    match value {
        Value::Copied(column) => Some(Expression::new(dialect.quote(column))),
        Value::Computed(expression) => Some(expression.clone()),
        Value::Left => None,
    }
}

/// Rows in which the two are not in step yet; where they cannot be compared, rows that have the old one only.
pub(super) fn fill(table: &ObjectName, columns: Pair<&Column>, value: &Value, dialect: &dyn Dialect) -> Option<Fill> {
    let value = sql(value, dialect)?;
    let (from, to) = (dialect.quote(&columns.from.name), dialect.quote(&columns.to.name));
    let comparable = dialect.same_type(columns.map(|column| &column.ty)) && value.text() == from;
    let condition = match comparable {
        true => dialect.differ(&to, &from, &columns.to.ty),
        false if value.text() == from => format!("{to} IS NULL AND {from} IS NOT NULL"),
        // One that comes to NULL is done as it is.
        false => format!("{to} IS NULL AND {from} IS NOT NULL AND ({value}) IS NOT NULL"),
    };
    Some(Fill::new(table, vec![(columns.to.name.clone(), value)], &condition, dialect))
}

/// The expression about another column in the place of one.
pub(super) fn about(expression: &Expression, columns: Pair<&str>, dialect: &dyn Dialect) -> Expression {
    let text = expression.text();
    let named = words(text).into_iter().filter(|word| word.names(columns.from, dialect.engine()));
    let edits: Vec<_> = named.map(|word| (word.range, dialect.quote(columns.to))).collect();
    Expression::new(splice(text, &edits))
}
