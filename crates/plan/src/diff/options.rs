use whimbrel_schema::{Pair, RowSecurity, Table, TableOptions};

use super::DiffOptions;
use crate::Change;

pub(super) fn diff(tables: Pair<&Table>, options: &DiffOptions, changes: &mut Vec<Change>) {
    let from = &tables.from.options;
    let mut to = tables.to.options.clone();
    if !options.scope.speaks_for_details() {
        keep_what_is_not_said(from, &mut to);
    }
    if *from != to {
        let pair = Pair::new(from.clone(), to);
        changes.push(Change::AlterTableOptions { table: tables.to.name.clone(), options: Box::new(pair) });
    }
}

/// What a class cannot say, or says only by naming it, stays as it is in the database.
pub(crate) fn keep_what_is_not_said(from: &TableOptions, to: &mut TableOptions) {
    for (key, value) in &from.storage {
        to.storage.entry(key.clone()).or_insert_with(|| value.clone());
    }
    if to.tablespace.is_none() {
        to.tablespace.clone_from(&from.tablespace);
    }
    if to.row_security == RowSecurity::Off {
        to.row_security = from.row_security;
    }
    if to.partition_of.is_none() {
        to.partition_of.clone_from(&from.partition_of);
    }
    if to.inherits.is_empty() {
        to.inherits.clone_from(&from.inherits);
    }
}
