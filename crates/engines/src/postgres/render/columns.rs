use whimbrel_schema::{
    Column, ColumnType, Constraint, Expression, Generation, Identity, ObjectName, Schema, SequenceOptions,
};

use super::{Rendered, alter_column, constraints, name, not_exists, sequences};
use crate::postgres::quote::quote;
use crate::postgres::{expression, naming, types};

pub(super) fn add(table: &ObjectName, column: &Column, constraints: &[Constraint], if_not_exists: bool) -> Rendered {
    let mut sql =
        format!("ALTER TABLE {} ADD COLUMN {}{}", name(table), not_exists(if_not_exists), definition(table, column));
    let mut after = Vec::new();
    for constraint in constraints {
        match constraints::column_clause(constraint, &column.name) {
            Some(clause) => sql.push_str(&format!(" {clause}")),
            None => {
                after.push(format!("ALTER TABLE {} ADD {}", name(table), constraints::table_clause(constraint, None)))
            }
        }
    }
    let mut statements = sequence_before(table, column);
    statements.push(sql);
    statements.extend(sequence_after(table, column));
    statements.append(&mut after);
    Ok(statements)
}

/// `name type …`, as in CREATE TABLE and ADD COLUMN.
pub(super) fn definition(table: &ObjectName, column: &Column) -> String {
    if let Some(word) = serial_word(table, column) {
        return format!("{} {word}", quote(&column.name));
    }
    let mut sql = format!("{} {}", quote(&column.name), types::sql(&column.ty));
    if let Some(collation) = &column.collation {
        sql.push_str(&format!(" COLLATE {}", quote(collation)));
    }
    if let Some(default) = &column.default {
        sql.push_str(&format!(" DEFAULT {}", default_value(default)));
    }
    match &column.generation {
        Some(Generation::Serial { sequence }) => {
            sql.push_str(&format!(" DEFAULT {} NOT NULL", sequences::next_value(sequence)));
            return sql;
        }
        Some(Generation::Identity(identity)) => {
            sql.push_str(&format!(" {}", self::identity(identity, &column.ty)));
            return sql;
        }
        Some(Generation::Stored(expression)) => {
            sql.push_str(&format!(" GENERATED ALWAYS AS ({expression}) STORED"));
        }
        Some(Generation::Virtual(expression)) => {
            sql.push_str(&format!(" GENERATED ALWAYS AS ({expression}) VIRTUAL"));
        }
        Some(Generation::AutoIncrement) | None => {}
    }
    if !column.nullable {
        sql.push_str(" NOT NULL");
    }
    sql
}

/// `serial`, where the word alone gives this column and the name of its sequence.
fn serial_word(table: &ObjectName, column: &Column) -> Option<&'static str> {
    let Some(Generation::Serial { sequence }) = &column.generation else { return None };
    let usual = table.sibling(naming::object_name(&table.name, Some(&column.name), "seq"));
    if *sequence != usual || column.nullable || column.collation.is_some() || column.default.is_some() {
        return None;
    }
    match column.ty.name.as_str() {
        "smallint" => Some("smallserial"),
        "integer" => Some("serial"),
        "bigint" => Some("bigserial"),
        _ => None,
    }
}

/// The sequence of a serial column that the word `serial` would name otherwise.
pub(super) fn sequence_before(table: &ObjectName, column: &Column) -> Vec<String> {
    match (&column.generation, serial_word(table, column)) {
        (Some(Generation::Serial { sequence }), None) => vec![sequences::create_serial(sequence, &column.ty)],
        _ => Vec::new(),
    }
}

pub(super) fn sequence_after(table: &ObjectName, column: &Column) -> Vec<String> {
    match (&column.generation, serial_word(table, column)) {
        (Some(Generation::Serial { sequence }), None) => vec![sequences::own(sequence, table, &column.name)],
        _ => Vec::new(),
    }
}

/// In a column's definition, a default that joins conditions has to stand in parentheses.
fn default_value(default: &Expression) -> String {
    if expression::stands_alone(default.text()) { default.to_string() } else { format!("({default})") }
}

pub(super) fn identity(identity: &Identity, ty: &ColumnType) -> String {
    let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let numbers = sequences::numbers(&identity.options, types::ceiling(ty));
    let numbers = if numbers.is_empty() { String::new() } else { format!(" ({})", numbers.join(" ")) };
    format!("GENERATED {when} AS IDENTITY{numbers}")
}

/// The identity's numbers, whatever they were.
pub(super) fn set_identity(identity: &Identity, from: &SequenceOptions) -> String {
    let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let mut actions = vec![format!("SET GENERATED {when}")];
    actions.extend(sequences::changed(from, &identity.options).into_iter().map(|option| format!("SET {option}")));
    actions.join(" ")
}

/// A default that cannot follow by itself is taken off and put back.
pub(super) fn set_type(
    table: &ObjectName,
    column: &str,
    (to, collation, using): (&ColumnType, Option<&str>, Option<&Expression>),
    before: &Schema,
) -> Vec<String> {
    let alter = alter_column(table, column);
    let collation = collation.map(|collation| format!(" COLLATE {}", quote(collation))).unwrap_or_default();
    let using_sql = using.map(|using| format!(" USING {using}")).unwrap_or_default();
    let change = format!("{alter} TYPE {}{collation}{using_sql}", types::sql(to));
    let current = before.table(table).and_then(|table| table.column(column));
    let default = current.and_then(|column| column.default.as_ref()).filter(|_| using.is_some());
    match default {
        Some(default) => {
            let value = expression::bare_literal(default.text()).unwrap_or_else(|| default.to_string());
            vec![format!("{alter} DROP DEFAULT"), change, format!("{alter} SET DEFAULT {value}")]
        }
        None => vec![change],
    }
}
