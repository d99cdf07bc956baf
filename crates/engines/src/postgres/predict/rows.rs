//! Changes of rows: what they lock, how many rows they are about, and whose rows go with them.

use whimbrel_plan::DataChange;
use whimbrel_plan::review::{Danger, Extent, Work};
use whimbrel_schema::{Action, ObjectName};

use super::draft::Draft;
use super::locks::Mode;
use super::{objects, relations};
use crate::postgres::understand::aside::{Aside, Rows};

pub(super) fn change(draft: &mut Draft<'_>, change: DataChange, tables: &[ObjectName], aside: &Aside) {
    match change {
        DataChange::Truncate => truncate(draft, tables, aside.cascade),
        DataChange::Insert => {
            for table in tables {
                let extent = extent(draft, table, aside);
                draft.work(table, Mode::RowExclusive, Work::ChangeRows(extent));
                below(draft, table, Work::ChangeRows(extent));
                parents(draft, table);
                triggers(draft, table);
            }
        }
        DataChange::Update | DataChange::Delete | DataChange::Merge => {
            draft.loses();
            for table in tables {
                let extent = extent(draft, table, aside);
                draft.work_family(table, Mode::RowExclusive, Work::ChangeRows(extent));
                if change != DataChange::Delete {
                    parents(draft, table);
                }
                children(draft, table, change);
                triggers(draft, table);
            }
        }
    }
    reads(draft, aside);
}

/// What a query reads, and, with FOR UPDATE, locks row by row.
pub(super) fn reads(draft: &mut Draft<'_>, aside: &Aside) {
    for relation in &aside.reads {
        // A query may use an index; that it does is nobody's promise.
        objects::reads(draft, relation, true);
        if aside.locks_rows {
            draft.lock_family(relation, Mode::RowShare);
        }
    }
}

/// Rows of a partitioned table go into its partitions.
fn below(draft: &mut Draft<'_>, table: &ObjectName, work: Work) {
    if !draft.has_rows(table) {
        draft.work_family(table, Mode::RowExclusive, work);
    }
}

fn extent(draft: &Draft<'_>, table: &ObjectName, aside: &Aside) -> Extent {
    let changes = aside.changes.iter().filter(|change| change.table == *table);
    let extents = changes.map(|change| match &change.rows {
        Rows::Listed => Extent::Listed,
        Rows::All => Extent::All,
        Rows::Found { equal } if finds_one(draft, table, equal) => Extent::Listed,
        Rows::Found { .. } => Extent::Found,
    });
    extents.max().unwrap_or(Extent::All)
}

/// Whether the columns that are compared with constants are a key.
fn finds_one(draft: &Draft<'_>, table: &ObjectName, equal: &[String]) -> bool {
    let Some(table) = draft.table(table).filter(|_| draft.at.certain) else { return false };
    let keys = table.primary_key.iter().map(|key| &key.columns);
    let mut keys = keys.chain(table.uniques.iter().map(|unique| &unique.columns));
    keys.any(|columns| !columns.is_empty() && columns.iter().all(|column| equal.contains(column)))
}

/// A new reference locks the row that it names.
fn parents(draft: &mut Draft<'_>, table: &ObjectName) {
    let schema = draft.schema();
    match schema.table(table) {
        Some(found) => {
            for key in relations::foreign_keys(schema, found) {
                draft.lock_family(&key.references, Mode::RowShare);
            }
            if !draft.at.complete {
                draft.lock_unknown(Mode::RowShare);
            }
        }
        None => draft.lock_unknown(Mode::RowShare),
    }
}

/// Who refers to rows that change or go: looked through, changed, or deleted along.
fn children(draft: &mut Draft<'_>, table: &ObjectName, change: DataChange) {
    let schema = draft.schema();
    let mut going: Vec<ObjectName> = Vec::new();
    let mut queue = vec![table.clone()];
    while let Some(parent) = queue.pop() {
        for (child, key) in relations::referencing(schema, &parent) {
            let action = if change == DataChange::Update { key.on_update } else { key.on_delete };
            match action {
                Action::NoAction | Action::Restrict if has_index(draft, child, &key.columns) => {
                    draft.lock_family(child, Mode::RowShare);
                }
                Action::NoAction | Action::Restrict => draft.work_family(child, Mode::RowShare, Work::Scan),
                Action::Cascade | Action::SetNull | Action::SetDefault => {
                    draft.work_family(child, Mode::RowExclusive, Work::ChangeRows(Extent::Found));
                    if !has_index(draft, child, &key.columns) {
                        draft.work_family(child, Mode::RowExclusive, Work::Scan);
                    }
                    if action == Action::Cascade && change != DataChange::Update && !going.contains(child) {
                        going.push(child.clone());
                        queue.push(child.clone());
                    }
                }
            }
        }
    }
    if !going.is_empty() {
        draft.danger(Danger::DeletesElsewhere { tables: going });
    }
    if !draft.at.complete {
        draft.lock_unknown(Mode::RowExclusive);
    }
}

/// Whether rows that refer to one row are found without reading all of them.
fn has_index(draft: &Draft<'_>, table: &ObjectName, columns: &[String]) -> bool {
    let Some(table) = draft.table(table).filter(|_| draft.at.certain) else { return false };
    let leads = |keys: &[String]| {
        keys.len() >= columns.len() && keys.iter().take(columns.len()).all(|column| columns.contains(column))
    };
    let plain = |index: &whimbrel_schema::Index| {
        let keys = index.keys.iter().map_while(|key| match &key.target {
            whimbrel_schema::IndexTarget::Column(column) => Some(column.clone()),
            whimbrel_schema::IndexTarget::Expression(_) => None,
        });
        index.valid && index.predicate.is_none() && leads(&keys.collect::<Vec<_>>())
    };
    table.primary_key.as_ref().is_some_and(|key| leads(&key.columns))
        || table.uniques.iter().any(|unique| leads(&unique.columns))
        || table.indexes.iter().any(plain)
}

/// A trigger changes what it likes; so does a rule.
fn triggers(draft: &mut Draft<'_>, table: &ObjectName) {
    let none = draft.whole(table).is_some_and(|table| table.triggers.is_empty());
    let rules = draft.schema().objects.iter().any(|(id, _)| {
        id.detail
            .as_deref()
            .and_then(|detail| detail.strip_prefix("rule on "))
            .is_some_and(|on| on == table.to_string())
    });
    if !none || rules {
        draft.lock_unknown(Mode::RowExclusive);
    }
}

fn truncate(draft: &mut Draft<'_>, tables: &[ObjectName], cascade: bool) {
    draft.loses();
    let schema = draft.schema();
    for table in tables {
        // The rows go with their file, however many there are: that takes no time.
        draft.lock_family(table, Mode::AccessExclusive);
    }
    let mut going: Vec<ObjectName> = Vec::new();
    let mut queue: Vec<ObjectName> = tables.iter().flat_map(|table| draft.family(table)).collect();
    while let Some(table) = queue.pop() {
        let mut referencing = relations::referencing(schema, &table);
        if let Some(parent) = relations::parent_of(schema, &table) {
            referencing.extend(relations::referencing(schema, parent));
        }
        for (child, _) in referencing {
            if tables.contains(child) || going.contains(child) {
                continue;
            }
            if cascade {
                draft.lock_family(child, Mode::AccessExclusive);
                going.push(child.clone());
                queue.extend(draft.family(child));
            } else {
                draft.fails(format!("`{child}` refers to `{table}` with a foreign key"));
            }
        }
    }
    if !going.is_empty() {
        draft.danger(Danger::DeletesElsewhere { tables: going });
    }
    if cascade && !draft.at.complete {
        draft.lock_unknown(Mode::AccessExclusive);
        draft.danger(Danger::DeletesElsewhere { tables: Vec::new() });
    }
}
