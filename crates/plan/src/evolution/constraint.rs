use std::collections::BTreeSet;

use whimbrel_schema::{Check, Constraint, Expression, ForeignKey, ObjectName, Pair, Table};

use super::drop_table::lets_go;
use super::middle::Middle;
use crate::diff::same_constraint;
use crate::fold::is_key;
use crate::words::{WordKind, words};

/// What old code could break waits for the contract. What is about new columns alone, it cannot.
pub(super) fn add(middle: &mut Middle<'_>, table: &ObjectName, constraint: &Constraint) {
    let columns = columns(middle, table, constraint);
    let in_time = middle.all_new(table, &columns) && holds_in_middle(middle, table, constraint);
    if !in_time {
        take_out(middle, table, constraint);
    }
}

/// A key may be what old code's `ON CONFLICT` and other tables' foreign keys stand on, so it stays. What only forbids
/// goes at once, or new code could not write what it may write now.
pub(super) fn drop(middle: &mut Middle<'_>, table: &ObjectName, constraint: &Constraint) {
    match constraint {
        Constraint::PrimaryKey(_) | Constraint::Unique(_) => put_back(middle, table, constraint),
        Constraint::ForeignKey(key) => {
            if key.columns.iter().all(|column| middle.is_dropped(table, column)) && lets_go(key) {
                put_back(middle, table, constraint);
            }
        }
        Constraint::Check(_) | Constraint::Exclusion(_) => {}
    }
}

pub(super) fn alter(middle: &mut Middle<'_>, table: &ObjectName, constraint: &Pair<Constraint>) {
    if same_constraint(constraint.as_ref(), middle.dialect) {
        return;
    }
    match (&constraint.from, &constraint.to) {
        (Constraint::Check(from), Constraint::Check(to)) => check(middle, table, Pair::new(from, to)),
        (Constraint::ForeignKey(from), Constraint::ForeignKey(to)) => foreign_key(middle, table, Pair::new(from, to)),
        (Constraint::PrimaryKey(from), Constraint::PrimaryKey(to)) if from.columns == to.columns => {}
        (Constraint::Unique(from), Constraint::Unique(to))
            if from.columns == to.columns && from.nulls_distinct == to.nulls_distinct => {}
        (
            from @ (Constraint::PrimaryKey(_)
            | Constraint::Unique(_)
            | Constraint::ForeignKey(_)
            | Constraint::Check(_)
            | Constraint::Exclusion(_)),
            to,
        ) => {
            take_out(middle, table, to);
            put_back(middle, table, from);
        }
    }
}

/// Both kinds of rows are let in, unless one of the two lets in all that the other does.
fn check(middle: &mut Middle<'_>, table: &ObjectName, checks: Pair<&Check>) {
    let Pair { from, to } = checks;
    if from.expression == to.expression || lets_in(&to.expression, &from.expression) {
        return;
    }
    take_out(middle, table, &Constraint::Check(to.clone()));
    let tightened = lets_in(&from.expression, &to.expression);
    let expression = match tightened {
        true => from.expression.clone(),
        false => Expression::new(format!("({}) OR ({})", from.expression, to.expression)),
    };
    // Columns that only new code knows are NULL in rows of old code.
    let between = Check { expression, ..to.clone() };
    put_back(middle, table, &Constraint::Check(between));
}

/// Whether the two are one list of values each, and the wider one has all values of the other.
fn lets_in(wider: &Expression, other: &Expression) -> bool {
    let parts = |text: &Expression| {
        let (mut values, mut rest) = (BTreeSet::new(), Vec::new());
        for word in words(text.text()) {
            match word.kind {
                WordKind::Literal => {
                    values.insert(word.text.to_string());
                }
                WordKind::Symbol if word.text == "," => {}
                WordKind::Bare | WordKind::Quoted | WordKind::Symbol => rest.push(word.text.to_lowercase()),
            }
        }
        (values, rest)
    };
    let ((wide, around), (narrow, around_other)) = (parts(wider), parts(other));
    let is_list = around.iter().any(|word| word == "in")
        && !around.iter().any(|word| ["not", "and", "or"].contains(&word.as_str()));
    is_list && around == around_other && wide.is_superset(&narrow)
}

/// One that points elsewhere is none in between: neither code's rows have what the other's key asks for.
fn foreign_key(middle: &mut Middle<'_>, table: &ObjectName, keys: Pair<&ForeignKey>) {
    let Pair { from, to } = keys;
    let same_rows = from.columns == to.columns
        && from.references == to.references
        && from.referenced_columns == to.referenced_columns
        && from.matching == to.matching;
    if same_rows {
        return;
    }
    take_out(middle, table, &Constraint::ForeignKey(to.clone()));
    if from.columns.iter().all(|column| middle.is_dropped(table, column)) && lets_go(from) {
        put_back(middle, table, &Constraint::ForeignKey(from.clone()));
    }
}

/// Foreign keys that the middle cannot have: their key waits for the contract, or their columns are of two types by now.
pub(super) fn release(middle: &mut Middle<'_>) {
    let names: Vec<ObjectName> = middle.schema.tables.keys().cloned().collect();
    for name in names {
        let Some(table) = middle.schema.table(&name) else { continue };
        let stays = |key: &ForeignKey| stands(middle, table, key);
        if table.foreign_keys.iter().all(stays) {
            continue;
        }
        let kept: Vec<ForeignKey> = table.foreign_keys.iter().filter(|key| stays(key)).cloned().collect();
        if let Some(table) = middle.schema.table_mut(&name) {
            table.foreign_keys = kept;
        }
    }
}

fn stands(middle: &Middle<'_>, table: &Table, key: &ForeignKey) -> bool {
    let Some(referenced) = middle.schema.table(&key.references) else { return true };
    let wanted = middle.to.table(&table.name).is_some_and(|found| found.foreign_keys.contains(key));
    if wanted && !is_key_of(middle.to, key) {
        // It stands on nothing even in the end: the engine's business.
        return true;
    }
    if !is_key(referenced, &key.referenced_columns, middle.schema.engine) {
        return false;
    }
    let types = |schema: &whimbrel_schema::Schema, of: &ObjectName, columns: &[String]| -> Option<Vec<_>> {
        let found = schema.table(of)?;
        columns.iter().map(|column| found.column(column).map(|column| column.ty.clone())).collect()
    };
    let pair =
        |schema| (types(schema, &table.name, &key.columns), types(schema, &key.references, &key.referenced_columns));
    let between = pair(&middle.schema);
    between == pair(middle.from) || between == pair(middle.to)
}

fn is_key_of(schema: &whimbrel_schema::Schema, key: &ForeignKey) -> bool {
    schema.table(&key.references).is_none_or(|found| is_key(found, &key.referenced_columns, schema.engine))
}

/// The columns that it is about.
fn columns(middle: &Middle<'_>, table: &ObjectName, constraint: &Constraint) -> Vec<String> {
    match constraint {
        Constraint::PrimaryKey(key) => key.columns.clone(),
        Constraint::Unique(unique) => unique.columns.clone(),
        Constraint::ForeignKey(key) => key.columns.clone(),
        Constraint::Check(check) => middle.columns_in(table, &check.expression),
        // Rarely about new columns alone; it can wait.
        Constraint::Exclusion(_) => Vec::new(),
    }
}

/// A primary key asks for columns that are never NULL.
fn holds_in_middle(middle: &Middle<'_>, table: &ObjectName, constraint: &Constraint) -> bool {
    match constraint {
        Constraint::PrimaryKey(key) => {
            let found = middle.schema.table(table);
            key.columns.iter().all(|name| found.and_then(|it| it.column(name)).is_some_and(|it| !it.nullable))
        }
        Constraint::Unique(_) | Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => true,
    }
}

fn put_back(middle: &mut Middle<'_>, table: &ObjectName, constraint: &Constraint) {
    let key = match constraint {
        Constraint::PrimaryKey(key) => Some(key.columns.clone()),
        Constraint::Unique(_) | Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => None,
    };
    let before = middle.from.table(table);
    let counted: Vec<_> = (key.into_iter().flatten()).filter_map(|name| before?.column(&name).cloned()).collect();
    let Some(found) = middle.table(table) else { return };
    found.add_constraint(constraint.clone());
    for column in counted {
        // What is in a primary key is never NULL, and may count by itself.
        if let Some(found) = found.column_mut(&column.name) {
            found.nullable = column.nullable;
            found.generation = column.generation;
        }
    }
}

fn take_out(middle: &mut Middle<'_>, table: &ObjectName, constraint: &Constraint) {
    let Some(found) = middle.table(table) else { return };
    match constraint {
        Constraint::PrimaryKey(key) => {
            if found.primary_key.as_ref() == Some(key) {
                found.primary_key = None;
            }
        }
        Constraint::Unique(unique) => remove(&mut found.uniques, unique),
        Constraint::ForeignKey(key) => remove(&mut found.foreign_keys, key),
        Constraint::Check(check) => remove(&mut found.checks, check),
        Constraint::Exclusion(exclusion) => remove(&mut found.exclusions, exclusion),
    }
}

/// The first that is equal: unnamed constraints can stand there twice.
fn remove<T: PartialEq>(all: &mut Vec<T>, one: &T) {
    if let Some(at) = all.iter().position(|other| other == one) {
        all.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_list_of_values_lets_in_all_of_a_shorter_one() {
        let lets_in = |wider: &str, other: &str| super::lets_in(&Expression::new(wider), &Expression::new(other));
        assert!(lets_in("status IN ('a', 'b', 'c')", "status in ('c', 'a')"));
        assert!(!lets_in("status IN ('a')", "status IN ('a', 'b')"));
        assert!(!lets_in("status IN ('a', 'b')", "mood IN ('a')"));
        assert!(!lets_in("status NOT IN ('a', 'b')", "status NOT IN ('a')"));
        assert!(!lets_in("a > 1", "a > 2"));
    }
}
