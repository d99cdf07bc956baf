//! What is dropped, what goes with it, and what is left behind broken.

use whimbrel_plan::review::{Danger, Extent, Work};
use whimbrel_schema::{Action, Index, IndexTarget, ObjectName, Persistence, Schema, Table, Version};

use super::super::naming::same;
use super::alter::{content_column, part_of_virtual, refused};
use super::keys;
use super::names::{indexes_content_of, readers_of};
use super::telling::{Switch, Telling};

const DROPS_COLUMNS: Version = Version::new(3, 35, 0);

pub(super) fn table(name: &ObjectName, if_exists: bool, telling: &mut Telling<'_>) {
    let known = telling.before().table(name);
    if known.is_none() && telling.at.complete {
        if !if_exists {
            telling.fails(format!("there is no table `{name}`"));
        }
        return;
    }
    if known.is_some_and(|table| table.options.persistence == Persistence::Temporary) {
        return;
    }
    let work = freed(telling);
    telling.works(name, work);
    telling.loses_data();
    children(name, telling);
    part_of_virtual(name, telling);
    for reader in readers_of(name, telling.before()) {
        telling.breaks(format!("{reader} reads `{name}`"));
    }
    for (index, _) in indexes_content_of(name, telling.before()) {
        telling.breaks(format!("the full-text index `{index}` reads its text from `{name}`"));
    }
}

/// DROP TABLE first deletes every row, as DELETE FROM would: the rows that refer to them go, change, or stand in the way.
pub(super) fn children(name: &ObjectName, telling: &mut Telling<'_>) {
    keys::deletes(name, telling);
    let schema = telling.before();
    // One row after the other, where somebody may refer to it.
    if keys::act(telling) && (keys::children(name, schema).next().is_some() || !telling.at.complete) {
        telling.works(name, &[Work::ChangeRows(Extent::All)]);
    }
    for (child, key) in keys::children(name, schema) {
        let columns = key.columns.join("`, `");
        if !keys::act(telling) {
            telling.breaks(format!("the foreign key of `{}` refers to `{name}`", child.name));
            continue;
        }
        match key.on_delete {
            Action::Cascade => telling.works(&child.name, &[Work::Scan]),
            Action::SetNull | Action::SetDefault => {
                telling.works(&child.name, &[Work::Scan, Work::ChangeRows(Extent::Found)]);
                telling.loses_data();
                let to = if key.on_delete == Action::SetNull { "NULL" } else { "its default" };
                let why = format!("rows of `{}` that refer to `{name}` get {to} in `{columns}`", child.name);
                telling.danger(Danger::WrongValues { why });
            }
            Action::NoAction | Action::Restrict => {
                telling.works(&child.name, &[Work::Scan]);
                telling.fails(format!("it fails where a row of `{}` refers to `{name}`", child.name));
            }
        }
        telling.breaks(format!("the foreign key of `{}` refers to `{name}`", child.name));
    }
}

pub(super) fn column(table: &ObjectName, column: &str, statement: &str, telling: &mut Telling<'_>) {
    telling.works(table, &[Work::Scan, Work::Rewrite]);
    telling.needs(DROPS_COLUMNS, "ALTER TABLE … DROP COLUMN");
    telling.loses_data();
    part_of_virtual(table, telling);
    refused(statement, table, telling);
    content_column(table, column, telling);
}

pub(super) fn index(name: &ObjectName, if_exists: bool, telling: &mut Telling<'_>) {
    let schema = telling.before();
    let table = schema.table_of_index(name).and_then(|table| schema.table(table));
    if table.is_none() && telling.at.complete {
        if !if_exists {
            telling.fails(format!("there is no index `{name}`"));
        }
        return;
    }
    let work = freed(telling);
    telling.works(name, work);
    let Some(table) = table else { return };
    let Some(index) = table.indexes.iter().find(|index| same(&index.name, &name.name)) else { return };
    for child in orphaned_by(index, table, schema) {
        telling.breaks(format!(
            "the foreign key of `{child}` refers to columns of `{}` that are no key any more",
            table.name
        ));
    }
}

/// Tables whose foreign keys need the index: their parent's columns have to be a key.
fn orphaned_by<'a>(index: &Index, table: &'a Table, schema: &'a Schema) -> Vec<&'a ObjectName> {
    let Some(columns) = plain_key(index) else { return Vec::new() };
    let is_key = |other: &[String]| {
        other.len() == columns.len() && columns.iter().all(|name| other.iter().any(|it| same(it, name)))
    };
    let others = table.indexes.iter().filter(|other| !same(&other.name, &index.name)).filter_map(plain_key);
    let still_a_key = table.primary_key.iter().any(|key| is_key(&key.columns))
        || table.uniques.iter().any(|unique| is_key(&unique.columns))
        || others.into_iter().any(|other| is_key(&other));
    let children =
        keys::children(&table.name, schema).filter(|(_, key)| !still_a_key && is_key(&key.referenced_columns));
    children.map(|(child, _)| &child.name).collect()
}

/// The columns of a unique index that a foreign key can refer to.
fn plain_key(index: &Index) -> Option<Vec<String>> {
    let columns = index.keys.iter().map(|key| match &key.target {
        IndexTarget::Column(name) => Some(name.clone()),
        IndexTarget::Expression(_) => None,
    });
    if index.unique && index.predicate.is_none() { columns.collect() } else { None }
}

pub(super) fn view(name: &ObjectName, telling: &mut Telling<'_>) {
    for reader in readers_of(name, telling.before()) {
        if reader != format!("view `{name}`") {
            telling.breaks(format!("{reader} reads `{name}`"));
        }
    }
}

/// Every page is handed back; where deleted content is overwritten, which some builds do by themselves, each is
/// written.
fn freed(telling: &Telling<'_>) -> &'static [Work] {
    match telling.switch("secure_delete") {
        Switch::Off => &[Work::Scan],
        Switch::On | Switch::Unknown => &[Work::Scan, Work::Rewrite],
    }
}
