//! Constraints: added, dropped, validated.

use whimbrel_plan::review::Work;
use whimbrel_schema::{Constraint, ForeignKey, ObjectName, Table};

use super::columns;
use super::draft::Draft;
use super::locks::Mode;
use super::relations;

pub(super) fn add(draft: &mut Draft<'_>, table: &ObjectName, constraint: &Constraint, using_index: Option<&str>) {
    match constraint {
        Constraint::ForeignKey(key) => foreign_key(draft, table, key),
        Constraint::Check(check) => {
            draft.lock_family(table, Mode::AccessExclusive);
            if check.validated && check.enforced {
                draft.work_family(table, Mode::AccessExclusive, Work::Scan);
                draft.fails("rows that break the check");
            }
        }
        Constraint::PrimaryKey(key) => {
            draft.lock_family(table, Mode::AccessExclusive);
            let columns = match using_index {
                Some(index) => columns_of_index(draft, table, index),
                None => Some(key.columns.clone()),
            };
            for relation in draft.family(table) {
                let known = columns.as_ref().is_some_and(|columns| {
                    columns.iter().all(|column| columns::is_never_null(draft, &relation, table, column))
                });
                if !known && draft.has_rows(&relation) {
                    draft.work(&relation, Mode::AccessExclusive, Work::Scan);
                    draft.fails("rows with NULL in the key");
                }
            }
            unique_index(draft, table, using_index);
            // Rows of tables that refer to it find it by its index from then on; they are not touched.
        }
        Constraint::Unique(_) => {
            draft.lock_family(table, Mode::AccessExclusive);
            unique_index(draft, table, using_index);
        }
        Constraint::Exclusion(_) => {
            draft.lock_family(table, Mode::AccessExclusive);
            draft.work_family(table, Mode::AccessExclusive, Work::BuildIndex);
            draft.fails("rows that exclude one another");
        }
    }
}

fn unique_index(draft: &mut Draft<'_>, table: &ObjectName, using_index: Option<&str>) {
    match using_index {
        Some(index) => {
            draft.lock(&table.sibling(index), Mode::ShareUpdateExclusive);
        }
        None => {
            draft.work_family(table, Mode::AccessExclusive, Work::BuildIndex);
            draft.fails("two rows with the same key");
        }
    }
}

fn columns_of_index(draft: &Draft<'_>, table: &ObjectName, index: &str) -> Option<Vec<String>> {
    let index = draft.table(table)?.index(index)?;
    let column = |key: &whimbrel_schema::IndexKey| match &key.target {
        whimbrel_schema::IndexTarget::Column(column) => Some(column.clone()),
        whimbrel_schema::IndexTarget::Expression(_) => None,
    };
    index.keys.iter().map(column).collect()
}

fn foreign_key(draft: &mut Draft<'_>, table: &ObjectName, key: &ForeignKey) {
    draft.lock_family(table, Mode::ShareRowExclusive);
    draft.lock_family(&key.references, Mode::ShareRowExclusive);
    if key.validated {
        draft.work_family(table, Mode::ShareRowExclusive, Work::Scan);
        draft.work_family(&key.references, Mode::ShareRowExclusive, Work::Scan);
        draft.fails("rows that refer to nothing");
    } else if draft.table(table).is_some_and(|table| table.options.partition_by.is_some()) {
        draft.needs_version(18, "`NOT VALID` of a foreign key of a partitioned table");
    }
}

pub(super) fn drop_(draft: &mut Draft<'_>, table: &ObjectName, name: &str, if_exists: bool, cascade: bool) {
    draft.lock_family(table, Mode::AccessExclusive);
    let Some(found) = draft.table(table) else {
        draft.lock_unknown(Mode::AccessExclusive);
        return;
    };
    match find(found, name) {
        Some(Found::ForeignKey(key)) => {
            for relation in draft.family(table) {
                draft.lock(&relation, Mode::AccessExclusive);
            }
            let references = key.references.clone();
            draft.lock_family(&references, Mode::AccessExclusive);
        }
        Some(Found::Key(columns)) => {
            let others = relations::referencing(draft.schema(), table);
            let resting: Vec<ObjectName> = others
                .into_iter()
                .filter(|(_, key)| rests_on(&key.referenced_columns, &columns))
                .map(|(other, _)| other.clone())
                .collect();
            for other in resting {
                match cascade {
                    true => draft.lock_family(&other, Mode::AccessExclusive),
                    false => draft.fails(format!("`{other}` has a foreign key that rests on it")),
                }
            }
            if cascade && !draft.at.complete {
                draft.lock_unknown(Mode::AccessExclusive);
            }
        }
        Some(Found::Check { .. } | Found::Exclusion) => {}
        None if draft.whole(table).is_some() && if_exists => {}
        // It may be a foreign key that the files do not show.
        None => draft.lock_unknown(Mode::AccessExclusive),
    }
}

fn rests_on(referenced: &[String], columns: &[String]) -> bool {
    // What is not written means the primary key.
    referenced.is_empty()
        || (referenced.len() == columns.len() && referenced.iter().all(|column| columns.contains(column)))
}

pub(super) fn validate(draft: &mut Draft<'_>, table: &ObjectName, name: &str) {
    draft.lock_family(table, Mode::ShareUpdateExclusive);
    let found = draft.table(table).and_then(|table| find(table, name));
    let references = match found {
        Some(Found::ForeignKey(key)) if key.validated && draft.at.certain => return,
        Some(Found::Check { validated: true }) if draft.at.certain => return,
        Some(Found::ForeignKey(key)) => Some(key.references.clone()),
        Some(Found::Check { .. } | Found::Key(_) | Found::Exclusion) => None,
        None => {
            draft.work_unknown(Mode::RowShare, Work::Scan);
            None
        }
    };
    draft.work_family(table, Mode::ShareUpdateExclusive, Work::Scan);
    draft.fails("rows that break it");
    if let Some(references) = references {
        draft.work_family(&references, Mode::RowShare, Work::Scan);
    }
}

/// The parent's triggers change with it, and nobody waits for that.
pub(super) fn set_deferrable(draft: &mut Draft<'_>, table: &ObjectName) {
    draft.lock_family(table, Mode::AccessExclusive);
}

enum Found<'a> {
    /// A primary key or a unique constraint, with its columns.
    Key(Vec<String>),
    ForeignKey(&'a ForeignKey),
    Check {
        validated: bool,
    },
    Exclusion,
}

fn find<'a>(table: &'a Table, name: &str) -> Option<Found<'a>> {
    let named = |candidate: &Option<String>| candidate.as_deref() == Some(name);
    if let Some(key) = table.primary_key.as_ref().filter(|key| named(&key.name)) {
        return Some(Found::Key(key.columns.clone()));
    }
    if let Some(unique) = table.uniques.iter().find(|unique| named(&unique.name)) {
        return Some(Found::Key(unique.columns.clone()));
    }
    if let Some(key) = table.foreign_keys.iter().find(|key| named(&key.name)) {
        return Some(Found::ForeignKey(key));
    }
    if let Some(check) = table.checks.iter().find(|check| named(&check.name)) {
        return Some(Found::Check { validated: check.validated });
    }
    table.exclusions.iter().any(|exclusion| named(&exclusion.name)).then_some(Found::Exclusion)
}
