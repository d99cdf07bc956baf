//! Whole tables: made, renamed, stored otherwise.

use whimbrel_plan::review::{Danger, Work};
use whimbrel_schema::{ObjectName, Persistence, Table};

use super::draft::Draft;
use super::locks::Mode;
use super::{partitions, relations};

/// A new table is nobody else's; what it refers to is.
pub(super) fn create(draft: &mut Draft<'_>, table: &Table, if_not_exists: bool) {
    if if_not_exists && draft.whole(&table.name).is_some() {
        return;
    }
    for key in table.foreign_keys.iter().filter(|key| key.references != table.name) {
        draft.lock_family(&key.references, Mode::ShareRowExclusive);
    }
    for parent in &table.options.inherits {
        draft.lock(parent, Mode::ShareUpdateExclusive);
    }
    if let Some(of) = &table.options.partition_of {
        draft.lock(&of.parent, Mode::AccessExclusive);
        partitions::empty_the_default(draft, &of.parent, &table.name);
        partitions::keys_of_parent(draft, &of.parent);
    }
}

pub(super) fn rename(draft: &mut Draft<'_>, from: &ObjectName, to: &ObjectName) {
    draft.lock(from, Mode::AccessExclusive);
    draft.danger(Danger::BreaksPrepared { table: from.clone() });
    for routine in relations::routines_naming(draft.schema(), from, None) {
        let what = format!("function `{}` names `{from}`, which is then `{to}`", routine.name);
        draft.danger(Danger::Breaks { what });
    }
}

/// Steps that are planned and not read: whatever they come to is rendered as other statements.
pub(super) fn anything(draft: &mut Draft<'_>, table: &ObjectName) {
    draft.work_family(table, Mode::AccessExclusive, Work::Rewrite);
    draft.work_family(table, Mode::AccessExclusive, Work::Scan);
}

pub(super) fn set_persistence(draft: &mut Draft<'_>, table: &ObjectName, to: Persistence) {
    let same = draft.table(table).is_some_and(|table| table.options.persistence == to);
    if same && draft.at.certain {
        draft.lock(table, Mode::AccessExclusive);
    } else {
        draft.work(table, Mode::AccessExclusive, Work::Rewrite);
    }
}

/// The files of the table are copied, its indexes stay where they are.
pub(super) fn set_tablespace(draft: &mut Draft<'_>, table: &ObjectName) {
    if draft.has_rows(table) {
        draft.work(table, Mode::AccessExclusive, Work::Rewrite);
    } else {
        draft.lock(table, Mode::AccessExclusive);
    }
}

pub(super) fn inherit(draft: &mut Draft<'_>, table: &ObjectName, parent: &ObjectName, inherits: bool) {
    draft.lock(table, Mode::AccessExclusive);
    draft.lock(parent, if inherits { Mode::ShareUpdateExclusive } else { Mode::AccessShare });
}

pub(super) fn set_storage<'k>(draft: &mut Draft<'_>, table: &ObjectName, keys: impl Iterator<Item = &'k String>) {
    draft.lock(table, storage_mode(keys));
}

/// By the server's table of storage parameters: those that are read afresh need less than those that plans rest on.
pub(super) fn storage_mode<'k>(keys: impl Iterator<Item = &'k String>) -> Mode {
    let quiet = |key: &String| {
        let key = key.strip_prefix("toast.").unwrap_or(key);
        key.starts_with("autovacuum_")
            || key.starts_with("log_autovacuum")
            || matches!(
                key,
                "fillfactor"
                    | "toast_tuple_target"
                    | "vacuum_index_cleanup"
                    | "vacuum_truncate"
                    | "vacuum_max_eager_freeze_failure_rate"
                    | "parallel_workers"
                    | "deduplicate_items"
                    | "n_distinct"
                    | "n_distinct_inherited"
                    | "effective_io_concurrency"
            )
    };
    if keys.into_iter().all(quiet) { Mode::ShareUpdateExclusive } else { Mode::AccessExclusive }
}
