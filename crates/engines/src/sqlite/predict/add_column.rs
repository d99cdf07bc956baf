//! ALTER TABLE … ADD COLUMN: the table's text changes and no row does, so there is much that it cannot do.

use whimbrel_plan::review::{Danger, Work};
use whimbrel_schema::{Column, Constraint, Generation, ObjectName, Version};

use super::super::how::names;
use super::super::naming::same;
use super::telling::Telling;
use super::trial::{self, Copy};
use super::{create, misread};

/// Since then the rows that are there are held against what the new column demands of them.
const CHECKS_ROWS: Version = Version::new(3, 37, 0);

pub(super) fn add(
    table: &ObjectName,
    column: &Column,
    constraints: &[Constraint],
    statement: &str,
    telling: &mut Telling<'_>,
) {
    let checks = constraints.iter().any(|constraint| matches!(constraint, Constraint::Check(_)));
    let computed = matches!(column.generation, Some(Generation::Stored(_) | Generation::Virtual(_)));
    let demanding = checks || (computed && !column.nullable);
    telling.works(table, if demanding { &[Work::Scan] } else { &[] });
    if computed {
        telling.needs(create::COMPUTED, "a generated column");
    }
    if demanding && telling.is_older_than(CHECKS_ROWS) {
        let why =
            format!("rows that are there are not held against what `{}` demands before {CHECKS_ROWS}", column.name);
        telling.danger(Danger::WrongValues { why });
    }
    match trial::refusal(statement, table, Copy::WithRow, telling) {
        Some(message) => telling.fails(told(&message)),
        None => untried(table, column, constraints, telling),
    }
    misread::column(column, telling);
    misread::strings(statement, Some(table), telling);
}

fn told(message: &str) -> String {
    let message = message.strip_prefix("Cannot").map_or_else(|| message.to_string(), |rest| format!("cannot{rest}"));
    format!("SQLite refuses it: {message}")
}

/// What an empty copy does not show, and what shows without one where there is none.
fn untried(table: &ObjectName, column: &Column, constraints: &[Constraint], telling: &mut Telling<'_>) {
    let name = &column.name;
    for constraint in constraints {
        match constraint {
            Constraint::PrimaryKey(_) => telling.fails("SQLite adds no PRIMARY KEY column"),
            Constraint::Unique(_) => telling.fails("SQLite adds no UNIQUE column"),
            Constraint::Check(check) => {
                let known = telling.before().table(table);
                let reads_others = known.is_none_or(|known| {
                    let mut others = known.columns.iter().filter(|other| !same(&other.name, name));
                    others.any(|other| names(check.expression.text(), &other.name))
                });
                if reads_others && !telling.is_empty(table) {
                    telling.fails(format!("it fails where a row does not pass the check of `{name}`"));
                }
            }
            Constraint::ForeignKey(_) | Constraint::Exclusion(_) => {}
        }
    }
    if telling.is_empty(table) {
        return;
    }
    if telling.before().table(table).is_none() {
        let null = column.default.as_ref().is_none_or(|value| value.text().eq_ignore_ascii_case("NULL"));
        let constant = |text: &str| super::super::expression::is_constant(text);
        if !column.nullable && null && column.generation.is_none() {
            telling.fails("SQLite adds no NOT NULL column without a default to a table with rows");
        }
        if column.default.as_ref().is_some_and(|value| !constant(value.text())) {
            telling.fails("SQLite adds no column whose default is computed to a table with rows");
        }
        if matches!(column.generation, Some(Generation::Stored(_))) {
            telling.fails("SQLite adds no STORED column");
        }
    }
    if !column.nullable && matches!(column.generation, Some(Generation::Virtual(_))) {
        telling.fails(format!("it fails where `{name}` comes out as NULL for a row"));
    }
}
