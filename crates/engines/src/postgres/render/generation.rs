use whimbrel_plan::RenderError;
use whimbrel_schema::{Column, Generation, ObjectName, Schema, Table};

use super::{Rendered, alter_column, columns, comments, constraints, indexes, name, sequences, table_of, unsupported};
use crate::postgres::expression;
use crate::postgres::quote::{literal, quote};

/// From whatever makes the column's values now to what shall make them.
pub(super) fn set(table: &ObjectName, column: &str, to: Option<&Generation>, before: &Schema) -> Rendered {
    let whole = table_of(before, table)?;
    let current = whole.column(column);
    let current = current.ok_or_else(|| RenderError::Missing { what: format!("column `{table}.{column}`") })?;
    let alter = alter_column(table, column);
    let mut statements = Vec::new();
    match (&current.generation, to) {
        (Some(from), Some(to)) if from == to => return Ok(statements),
        (Some(Generation::Identity(from)), Some(Generation::Identity(to))) => {
            return Ok(vec![format!("{alter} {}", columns::set_identity(to, &from.options))]);
        }
        (_, Some(Generation::Stored(_) | Generation::Virtual(_))) => return made_anew(whole, current, to),
        (Some(Generation::Virtual(from)), None) => return kept_values(whole, current, from),
        (Some(Generation::Virtual(_) | Generation::Stored(_)), Some(_)) => {
            return unsupported("make a computed column count; make it plain first");
        }
        (Some(Generation::Serial { sequence }), _) => {
            statements.push(format!("{alter} DROP DEFAULT"));
            statements.push(format!("DROP SEQUENCE {}", name(sequence)));
        }
        (Some(Generation::Identity(_)), _) => statements.push(format!("{alter} DROP IDENTITY")),
        (Some(Generation::Stored(_)), None) => statements.push(format!("{alter} DROP EXPRESSION")),
        (Some(Generation::AutoIncrement), _) | (None, _) => {
            if current.default.is_some() && to.is_some() {
                statements.push(format!("{alter} DROP DEFAULT"));
            }
        }
    }
    match to {
        Some(Generation::Serial { sequence }) => {
            statements.push(sequences::create_serial(sequence, &current.ty));
            statements.push(format!("{alter} SET DEFAULT {}", sequences::next_value(sequence)));
            statements.push(sequences::own(sequence, table, column));
            statements.push(go_on(&literal(&name(sequence)), table, column));
        }
        Some(Generation::Identity(identity)) => {
            if current.nullable {
                statements.push(format!("{alter} SET NOT NULL"));
            }
            statements.push(format!("{alter} ADD {}", columns::identity(identity, &current.ty)));
            let sequence = format!("pg_get_serial_sequence({}, {})", literal(&name(table)), literal(column));
            statements.push(go_on(&sequence, table, column));
        }
        Some(Generation::Stored(_) | Generation::Virtual(_) | Generation::AutoIncrement) | None => {}
    }
    Ok(statements)
}

/// The sequence goes on after the greatest value that is there.
fn go_on(sequence: &str, table: &ObjectName, column: &str) -> String {
    format!("SELECT setval({sequence}, COALESCE((SELECT max({}) FROM {}), 0) + 1, false)", quote(column), name(table))
}

/// A computed column has no values of its own: it is dropped and added, and what hung on it is made again.
fn made_anew(table: &Table, current: &Column, to: Option<&Generation>) -> Rendered {
    let column = Column { generation: to.cloned(), default: None, ..current.clone() };
    let on = name(&table.name);
    let mut statements = vec![
        format!("ALTER TABLE {on} DROP COLUMN {}", quote(&current.name)),
        format!("ALTER TABLE {on} ADD COLUMN {}", columns::definition(&table.name, &column)),
    ];
    statements.extend(hanging_on(table, &current.name));
    statements.extend(comments::column(&table.name, &current.name, current.comment.as_deref()));
    Ok(statements)
}

/// A virtual column's values are written down in a plain one of its name.
fn kept_values(table: &Table, current: &Column, from: &whimbrel_schema::Expression) -> Rendered {
    let on = name(&table.name);
    let interim = format!("{}_kept", current.name);
    if table.column(&interim).is_some() {
        return unsupported(format!("keep the values of `{}`: the name `{interim}` is taken", current.name));
    }
    let plain = Column { generation: None, name: interim.clone(), nullable: true, ..current.clone() };
    let mut statements = vec![
        format!("ALTER TABLE {on} ADD COLUMN {}", columns::definition(&table.name, &plain)),
        format!("UPDATE {on} SET {} = {from}", quote(&interim)),
        format!("ALTER TABLE {on} DROP COLUMN {}", quote(&current.name)),
        format!("ALTER TABLE {on} RENAME COLUMN {} TO {}", quote(&interim), quote(&current.name)),
    ];
    if !current.nullable {
        statements.push(format!("{} SET NOT NULL", alter_column(&table.name, &current.name)));
    }
    statements.extend(hanging_on(table, &current.name));
    statements.extend(comments::column(&table.name, &current.name, current.comment.as_deref()));
    Ok(statements)
}

/// The constraints and indexes that go when the column goes.
fn hanging_on(table: &Table, column: &str) -> Vec<String> {
    let mut statements = Vec::new();
    for constraint in table.constraints() {
        if constraints::names_column(&constraint, column) {
            let clause = constraints::table_clause(&constraint, None);
            statements.push(format!("ALTER TABLE {} ADD {clause}", name(&table.name)));
        }
    }
    for index in &table.indexes {
        let read = |text: &str| !expression::columns_in(text, std::iter::once(column)).is_empty();
        let in_keys = index.keys.iter().any(|key| match &key.target {
            whimbrel_schema::IndexTarget::Column(_) => false,
            whimbrel_schema::IndexTarget::Expression(expression) => read(expression.text()),
        });
        let in_predicate = index.predicate.as_ref().is_some_and(|predicate| read(predicate.text()));
        if index.names_column(column) || in_keys || in_predicate {
            statements.push(indexes::create(&table.name, index, false, false));
        }
    }
    statements
}
