//! What changes a table's text in place: names, and since 3.53 NOT NULL and CHECK.

use whimbrel_plan::review::Work;
use whimbrel_schema::{Constraint, ObjectName, Version};

use super::super::how::names;
use super::names::{indexes_content_of, readers_of, view, virtual_owner};
use super::telling::{Switch, Telling};
use super::trial::{self, Copy};

const RENAMES_COLUMNS: Version = Version::new(3, 25, 0);
/// Since then what names the table in views and triggers is renamed with it.
const FOLLOWS_TABLES: Version = Version::new(3, 26, 0);
const ALTERS_COLUMNS: Version = Version::new(3, 53, 0);

/// SQLite reads every view and trigger again, and refuses the change where one of them no longer makes sense.
pub(super) fn rename_table(from: &ObjectName, to: &ObjectName, statement: &str, telling: &mut Telling<'_>) {
    telling.writes();
    part_of_virtual(from, telling);
    let schema = telling.before();
    if schema.table(to).is_some() || view(to, schema).is_some() || schema.table_of_index(to).is_some() {
        telling.fails(format!("there is a `{to}` already"));
    }
    refused(statement, from, telling);
    if telling.switch("legacy_alter_table") == Switch::On || telling.is_older_than(FOLLOWS_TABLES) {
        for reader in readers_of(from, telling.before()) {
            telling.breaks(format!("{reader} still reads `{from}`"));
        }
    }
    // One that was made for the new name finds its table again.
    for (index, _) in indexes_content_of(from, telling.before()) {
        telling.breaks(format!("the full-text index `{index}` still reads its text from `{from}`, not from `{to}`"));
    }
}

pub(super) fn rename_column(table: &ObjectName, from: &str, statement: &str, telling: &mut Telling<'_>) {
    telling.writes();
    telling.needs(RENAMES_COLUMNS, "ALTER TABLE … RENAME COLUMN");
    part_of_virtual(table, telling);
    refused(statement, table, telling);
    content_column(table, from, telling);
}

pub(super) fn set_nullable(table: &ObjectName, column: &str, nullable: bool, telling: &mut Telling<'_>) {
    telling.works(table, if nullable { &[] } else { &[Work::Scan] });
    let what = if nullable { "ALTER COLUMN … DROP NOT NULL" } else { "ALTER COLUMN … SET NOT NULL" };
    telling.needs(ALTERS_COLUMNS, what);
    if !nullable && !telling.is_empty(table) {
        telling.fails(format!("it fails where a row has NULL in `{column}`"));
    }
}

pub(super) fn add_constraint(table: &ObjectName, constraint: &Constraint, telling: &mut Telling<'_>) {
    telling.works(table, &[Work::Scan]);
    telling.needs(ALTERS_COLUMNS, "ALTER TABLE … ADD CONSTRAINT");
    match constraint {
        Constraint::Check(_) if telling.is_empty(table) => {}
        Constraint::Check(_) => telling.fails("it fails where a row does not pass the check"),
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_) | Constraint::Exclusion(_) => {
            telling.fails("SQLite adds no constraint but CHECK to a table")
        }
    }
}

pub(super) fn drop_constraint(table: &ObjectName, telling: &mut Telling<'_>) {
    telling.works(table, &[]);
    telling.needs(ALTERS_COLUMNS, "ALTER TABLE … DROP CONSTRAINT");
}

pub(super) fn refused(statement: &str, table: &ObjectName, telling: &mut Telling<'_>) {
    if let Some(message) = trial::refusal(statement, table, Copy::Whole, telling) {
        telling.fails(format!("SQLite refuses it: {message}"));
    }
}

/// The tables in which a virtual table keeps what it knows are its own.
pub(super) fn part_of_virtual(table: &ObjectName, telling: &mut Telling<'_>) {
    if let Some(owner) = virtual_owner(table, telling.before()) {
        telling.breaks(format!("the virtual table `{owner}` keeps what it knows in `{table}`"));
    }
}

/// A full-text index that reads its text elsewhere does so by the names of its own columns.
pub(super) fn content_column(table: &ObjectName, column: &str, telling: &mut Telling<'_>) {
    for (index, definition) in indexes_content_of(table, telling.before()) {
        if names(definition, column) {
            telling.breaks(format!("the full-text index `{index}` reads its text from `{table}.{column}`"));
        }
    }
}
