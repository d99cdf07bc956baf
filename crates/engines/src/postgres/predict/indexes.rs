//! Indexes: built, dropped, stored otherwise.

use whimbrel_plan::review::{Blocks, Danger, Held, Work};
use whimbrel_schema::{Index, ObjectName};

use super::draft::Draft;
use super::locks::Mode;
use super::{relations, tables};

pub(super) fn create(
    draft: &mut Draft<'_>,
    table: &ObjectName,
    index: &Index,
    concurrently: bool,
    if_not_exists: bool,
) {
    let mode = if concurrently { Mode::ShareUpdateExclusive } else { Mode::Share };
    if concurrently {
        draft.hold(Held::Statement);
        if draft.table(table).is_some_and(|table| table.options.partition_by.is_some()) {
            draft.fails("an index of a partitioned table cannot be built concurrently");
        }
    }
    let name = table.sibling(&index.name);
    if if_not_exists && already_there(draft, table, &name) {
        draft.lock(table, mode);
        return;
    }
    if draft.only && !draft.has_rows(table) {
        draft.lock(table, mode);
    } else {
        build(draft, table, index, mode);
    }
    if index.unique {
        draft.fails("two rows with the same key");
    }
}

/// It is built wherever rows are; a partition that has one like it gives that to its parent instead.
fn build(draft: &mut Draft<'_>, table: &ObjectName, index: &Index, mode: Mode) {
    for relation in draft.family(table) {
        match relation != *table && has_one_like(draft, &relation, index) {
            true => draft.lock(&relation, mode),
            false => draft.work_one(&relation, mode, Work::BuildIndex),
        }
    }
}

fn has_one_like(draft: &Draft<'_>, partition: &ObjectName, index: &Index) -> bool {
    let valid = |own: &Index| own.valid && !draft.at.facts.invalid_indexes.contains(&partition.sibling(&own.name));
    let known = draft.table(partition).filter(|_| draft.at.certain);
    known.is_some_and(|known| {
        known.options.partition_of.is_some() && known.indexes.iter().any(|own| valid(own) && own.is_like(index))
    })
}

/// Tells what an IF NOT EXISTS does where there is such an index: nothing, even if the index is one that a failed build
/// left behind.
fn already_there(draft: &mut Draft<'_>, table: &ObjectName, name: &ObjectName) -> bool {
    let known = draft.table(table).and_then(|table| table.index(&name.name));
    let invalid = draft.at.facts.invalid_indexes.contains(name) || known.is_some_and(|index| !index.valid);
    if invalid {
        draft.danger(Danger::DoesNothing { why: format!("`{name}` is there and invalid: no query uses it") });
    }
    (invalid || known.is_some()) && draft.at.certain
}

pub(super) fn drop_(draft: &mut Draft<'_>, index: &ObjectName, concurrently: bool, if_exists: bool, cascade: bool) {
    let mode = if concurrently { Mode::ShareUpdateExclusive } else { Mode::AccessExclusive };
    if concurrently {
        draft.hold(Held::Statement);
        // The index itself is locked for good once it is marked dead and everybody who had the table open has left it:
        // then no plan takes it up, and only other changes of the schema can still come to wait for it.
        draft.lock_that_blocks(index, Mode::AccessExclusive, Blocks::SchemaChanges);
        if cascade {
            draft.fails("`DROP INDEX CONCURRENTLY` does not take CASCADE");
        }
    } else {
        draft.lock(index, mode);
    }
    match relations::table_of_index(draft.schema(), index).cloned() {
        Some(table) => {
            draft.lock_family(&table, mode);
            keys_that_rest_on_it(draft, &table, index, cascade);
        }
        None if draft.at.complete && if_exists => {}
        None => draft.lock_unknown(mode),
    }
}

fn keys_that_rest_on_it(draft: &mut Draft<'_>, table: &ObjectName, index: &ObjectName, cascade: bool) {
    let unique = draft.table(table).and_then(|table| table.index(&index.name)).filter(|index| index.unique);
    let Some(unique) = unique else { return };
    let others = relations::referencing(draft.schema(), table);
    let named = |columns: &[String]| !columns.is_empty() && columns.iter().all(|column| unique.names_column(column));
    let resting: Vec<ObjectName> =
        others.into_iter().filter(|(_, key)| named(&key.referenced_columns)).map(|(other, _)| other.clone()).collect();
    for other in resting.into_iter().filter(|_| cascade) {
        draft.lock_family(&other, Mode::AccessExclusive);
    }
}

pub(super) fn set_storage<'k>(draft: &mut Draft<'_>, index: &ObjectName, keys: impl Iterator<Item = &'k String>) {
    let mode = tables::storage_mode(keys);
    lock_index(draft, index, mode, None);
}

/// The file of the index is copied.
pub(super) fn set_tablespace(draft: &mut Draft<'_>, index: &ObjectName) {
    lock_index(draft, index, Mode::AccessExclusive, Some(Work::Rewrite));
}

/// The index of a partition becomes a part of its parent's: a matter of the catalogue.
pub(super) fn attach(draft: &mut Draft<'_>, index: &ObjectName, partition: &ObjectName) {
    for (name, mode) in [(index, Mode::ShareUpdateExclusive), (partition, Mode::AccessExclusive)] {
        lock_index(draft, name, mode, None);
        match relations::table_of_index(draft.schema(), name).cloned() {
            Some(table) => draft.lock(&table, Mode::AccessShare),
            None => draft.lock_unknown(Mode::AccessShare),
        }
    }
}

/// An index is locked and its table is not, and yet whoever plans a query on the table opens all its indexes.
fn lock_index(draft: &mut Draft<'_>, index: &ObjectName, mode: Mode, work: Option<Work>) {
    match work {
        Some(work) => draft.work(index, mode, work),
        None => draft.lock(index, mode),
    }
    if mode == Mode::AccessExclusive
        && let Some(table) = relations::table_of_index(draft.schema(), index).cloned()
    {
        draft.lock_that_blocks(&table, Mode::AccessShare, Blocks::ReadsAndWrites);
    }
}

/// REINDEX: rows can be read only by those whose plan was made before.
pub(super) fn rebuild_all(draft: &mut Draft<'_>, table: &ObjectName, concurrently: bool) {
    for relation in draft.family(table) {
        if !draft.has_rows(&relation) {
            draft.lock(&relation, if concurrently { Mode::ShareUpdateExclusive } else { Mode::Share });
        } else if concurrently {
            draft.hold(Held::Statement);
            draft.work(&relation, Mode::ShareUpdateExclusive, Work::BuildIndex);
        } else {
            draft.work(&relation, Mode::Share, Work::BuildIndex);
            draft.lock_that_blocks(&relation, Mode::Share, Blocks::ReadsAndWrites);
        }
    }
}

pub(super) fn rebuild(draft: &mut Draft<'_>, index: &ObjectName, concurrently: bool) {
    let table = relations::table_of_index(draft.schema(), index).cloned();
    if concurrently {
        draft.hold(Held::Statement);
        draft.work(index, Mode::ShareUpdateExclusive, Work::BuildIndex);
    } else {
        draft.work(index, Mode::AccessExclusive, Work::BuildIndex);
    }
    match table {
        Some(table) => rebuild_all(draft, &table, concurrently),
        None if concurrently => draft.work_unknown(Mode::ShareUpdateExclusive, Work::BuildIndex),
        None => draft.work_unknown(Mode::AccessExclusive, Work::BuildIndex),
    }
}
