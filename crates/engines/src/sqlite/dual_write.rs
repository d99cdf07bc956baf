//! Old and new columns in step: AFTER triggers, since no trigger of SQLite can change the row in hand.
//!
//! Each updates the row that was just written, found by its rowid or its key, and so starts the others. They end where
//! the row is *in step*: the new columns are what the old ones make, or the old ones what the new ones make. That is
//! true after the first of them, so that no second one runs, with `recursive_triggers` or without.
//!
//! Values are compared as bytes: a column that is COLLATE NOCASE has changed when its letters changed case.

use whimbrel_plan::evolution::dual_write::{DualWrite, DualWriteError, Keepers, Kept, Side, Value, columns_in};
use whimbrel_schema::{Expression, Schema, Table, Trigger};

use super::naming::{quote, same};

pub(super) fn keepers(dual: &DualWrite, schema: &Schema) -> Result<Keepers, DualWriteError> {
    let no_table = || DualWriteError::NoTable { table: dual.table.clone() };
    let table = schema.table(&dual.table).ok_or_else(no_table)?;
    let mut keepers = Keepers::default();
    for kept in &dual.kept {
        for column in kept.columns() {
            let in_key = table.primary_key.iter().flat_map(|key| &key.columns).any(|name| same(name, column));
            if in_key {
                return Err(DualWriteError::Key { table: table.name.clone(), column: column.to_string() });
            }
        }
        let writer = Writer { table, schema, row: row_name(table)?, label: kept.label() };
        let triggers = match kept {
            Kept::Both { old, new } => writer.both(old, new),
            Kept::Filled { column, value } => writer.filled(column, value),
        };
        keepers.triggers.extend(triggers.into_iter().map(|trigger| (table.name.clone(), trigger)));
    }
    Ok(keepers)
}

/// What tells the row from all others, as conditions on NEW.
fn row_name(table: &Table) -> Result<String, DualWriteError> {
    let free = |name: &&&str| !table.columns.iter().any(|column| same(&column.name, name));
    if !table.options.without_rowid
        && let Some(rowid) = ["rowid", "_rowid_", "oid"].iter().find(free)
    {
        return Ok(format!("{rowid} = NEW.{rowid}"));
    }
    let key = table.primary_key.as_ref().ok_or_else(|| DualWriteError::NoRowName { table: table.name.clone() })?;
    Ok(key.columns.iter().map(|column| format!("{0} IS NEW.{0}", quote(column))).collect::<Vec<_>>().join(" AND "))
}

struct Writer<'a> {
    table: &'a Table,
    schema: &'a Schema,
    row: String,
    label: String,
}

impl Writer<'_> {
    fn both(&self, old: &[Side], new: &[Side]) -> Vec<Trigger> {
        let new_given = given(new);
        let in_step = self.in_step(old, new);
        let mut triggers = Vec::new();
        let forward = self.assignments(new, |writer, side| writer.or_default(old, side));
        let backward = self.assignments(old, |_, side| plain(&side.value));
        if let Some(set) = &forward {
            let something: Vec<String> = (new.iter())
                .filter_map(|side| Some(format!("{} IS NOT NULL", self.on_new(&self.or_default(old, side)?))))
                .collect();
            let when = format!("NOT ({new_given}) AND ({})", something.join(" OR "));
            triggers.push(self.trigger("insert_old", "INSERT", &when, set));
        }
        if let Some(set) = &backward {
            let when = format!("({new_given}) AND NOT ({in_step})");
            triggers.push(self.trigger("insert_new", "INSERT", &when, set));
            let event = format!("UPDATE OF {}", names(new));
            let rest = self.rest(new);
            let after = rest.as_ref().map_or(String::new(), |(when, _)| format!(" AND NOT ({when})"));
            let when = format!("({}){after} AND NOT ({in_step})", changed(new));
            triggers.push(self.trigger("update_new", &event, &when, set));
            if let Some((when, set)) = &rest {
                triggers.push(self.trigger("update_rest", &event, when, set));
            }
        }
        if let Some(set) = &self.assignments(new, |_, side| plain(&side.value)) {
            let when = format!("({}) AND NOT ({}) AND NOT ({in_step})", changed(old), changed(new));
            triggers.push(self.trigger("update_old", &format!("UPDATE OF {}", names(old)), &when, set));
        }
        triggers
    }

    /// Of a row that waits for the backfill, new code may write some of several columns: the others get first what the
    /// backfill would have given them, or they would be lost with the old column that is made of all. What fills them
    /// changes new columns, and so the old ones follow.
    fn rest(&self, new: &[Side]) -> Option<(String, String)> {
        let sides: Vec<(String, String)> =
            new.iter().filter_map(|side| Some((quote(&side.column), plain(&side.value)?))).collect();
        if new.len() < 2 || sides.is_empty() {
            return None;
        }
        let waits: Vec<String> = new.iter().map(|side| format!("OLD.{} IS NULL", quote(&side.column))).collect();
        let missing: Vec<String> = (sides.iter())
            .map(|(column, value)| format!("(NEW.{column} IS NULL AND {} IS NOT NULL)", self.on_new(value)))
            .collect();
        let when = format!("{} AND ({}) AND ({})", waits.join(" AND "), given(new), missing.join(" OR "));
        let set: Vec<String> =
            sides.iter().map(|(column, value)| format!("{column} = coalesce({column}, {value})")).collect();
        Some((when, set.join(", ")))
    }

    fn filled(&self, column: &str, value: &Expression) -> Vec<Trigger> {
        let when = format!("NEW.{} IS NULL AND {} IS NOT NULL", quote(column), self.on_new(&in_brackets(value)));
        let set = format!("{} = ({value})", quote(column));
        vec![self.trigger("insert", "INSERT", &when, &set), self.trigger("update", "UPDATE", &when, &set)]
    }

    /// The new columns are what the old ones make, or the other way about.
    fn in_step(&self, old: &[Side], new: &[Side]) -> String {
        let made = |sides: &[Side]| -> Option<String> {
            let all: Vec<String> = (sides.iter())
                .filter_map(|side| {
                    let value = self.on_new(&plain(&side.value)?);
                    Some(format!("NEW.{} COLLATE BINARY IS {value}", quote(&side.column)))
                })
                .collect();
            (!all.is_empty()).then(|| all.join(" AND "))
        };
        let ways: Vec<String> = [made(new), made(old)].into_iter().flatten().map(|way| format!("({way})")).collect();
        if ways.is_empty() { "0".to_string() } else { ways.join(" OR ") }
    }

    /// What a new column gets from a row of old code; its own default where the row names neither side and the old
    /// side has none.
    fn or_default(&self, old: &[Side], side: &Side) -> Option<String> {
        let default = |name: &str| {
            let found = self.table.columns.iter().find(|column| same(&column.name, name));
            found.and_then(|column| column.default.as_ref())
        };
        let value = plain(&side.value);
        let own = old.iter().any(|side| default(&side.column).is_some());
        match default(&side.column).filter(|_| !own) {
            Some(default) => {
                let nothing: Vec<String> = old.iter().map(|it| format!("{} IS NULL", quote(&it.column))).collect();
                let value = value.unwrap_or_else(|| "NULL".to_string());
                Some(format!("CASE WHEN {} THEN {default} ELSE {value} END", nothing.join(" AND ")))
            }
            None => value,
        }
    }

    fn assignments(&self, sides: &[Side], value: impl Fn(&Self, &Side) -> Option<String>) -> Option<String> {
        let set: Vec<String> = (sides.iter())
            .filter_map(|side| Some(format!("{} = {}", quote(&side.column), value(self, side)?)))
            .collect();
        (!set.is_empty()).then(|| set.join(", "))
    }

    /// The value with the columns of NEW in it.
    fn on_new(&self, value: &str) -> String {
        let expression = Expression::new(value);
        let columns: Vec<String> = (columns_in(&expression, self.table, self.schema).into_iter())
            .map(|column| format!("NEW.{0} AS {0}", quote(&column.name)))
            .collect();
        if columns.is_empty() {
            return format!("({value})");
        }
        format!("(SELECT {value} FROM (SELECT {}) AS {})", columns.join(", "), quote(&self.table.name.name))
    }

    fn trigger(&self, which: &str, event: &str, when: &str, set: &str) -> Trigger {
        let table = &self.table.name.name;
        let name = format!("whimbrel_{table}_{}_{which}", self.label);
        let definition = format!(
            "CREATE TRIGGER {} AFTER {event} ON {}\nWHEN {when}\nBEGIN\n  UPDATE {} SET {set} WHERE {};\nEND",
            quote(&name),
            quote(table),
            quote(table),
            self.row,
        );
        Trigger { name, definition, enabled: true, comment: None }
    }
}

/// The value in the words of the table's columns.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Copied(column) => Some(quote(column)),
        Value::Computed(expression) => Some(in_brackets(expression)),
        Value::Left => None,
    }
}

fn in_brackets(expression: &Expression) -> String {
    format!("({expression})")
}

fn names(sides: &[Side]) -> String {
    sides.iter().map(|side| quote(&side.column)).collect::<Vec<_>>().join(", ")
}

fn given(sides: &[Side]) -> String {
    sides.iter().map(|side| format!("NEW.{} IS NOT NULL", quote(&side.column))).collect::<Vec<_>>().join(" OR ")
}

fn changed(sides: &[Side]) -> String {
    let changed = sides.iter().map(|side| format!("NEW.{0} COLLATE BINARY IS NOT OLD.{0}", quote(&side.column)));
    changed.collect::<Vec<_>>().join(" OR ")
}
