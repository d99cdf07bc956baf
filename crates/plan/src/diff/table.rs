use std::collections::{BTreeSet, HashSet};

use whimbrel_schema::{ObjectName, Pair, Schema, Table};

use super::{DiffOptions, Scope, column, comment, constraint, index, options, trigger};
use crate::{Change, Dialect};

pub(super) fn diff(schemas: Pair<&Schema>, dialect: &dyn Dialect, options: &DiffOptions, changes: &mut Vec<Change>) {
    let taken: BTreeSet<&ObjectName> =
        schemas.from.tables.keys().filter_map(|name| schemas.to.table(name)).map(|table| &table.name).collect();
    let partitions = Partitions::of(schemas.to);
    for from in schemas.from.tables.values() {
        match schemas.to.table(&from.name) {
            Some(_) if schemas.from.tables.share(&schemas.to.tables, &from.name) => {}
            Some(to) => one(Pair::new(from, to), dialect, options, changes),
            None if partitions.keep(from, schemas.to, options) => {}
            None => changes.push(Change::DropTable { table: Box::new(from.clone()) }),
        }
    }
    for to in schemas.to.tables.values().filter(|to| !taken.contains(&to.name)) {
        changes.push(Change::CreateTable { table: Box::new(to.clone()) });
    }
}

/// What `to` says of partitions.
struct Partitions<'a> {
    /// Tables of which it lists partitions.
    listed: HashSet<&'a ObjectName>,
    /// Whether it has a partitioned table at all.
    any: bool,
}

impl<'a> Partitions<'a> {
    fn of(to: &'a Schema) -> Self {
        Partitions {
            listed: to.tables.values().filter_map(|it| Some(&it.options.partition_of.as_ref()?.parent)).collect(),
            any: to.tables.values().any(|it| it.options.partition_by.is_some()),
        }
    }

    /// A partition of a table that `to` keeps holds that table's rows. It is left alone, unless `to` lists partitions
    /// of that table itself and this one is not among them.
    fn keep(&self, table: &Table, to: &Schema, options: &DiffOptions) -> bool {
        let Some(partition) = &table.options.partition_of else { return false };
        let kept = match to.table(&partition.parent) {
            Some(parent) => parent.options.partition_by.is_some(),
            // A partition of a partition.
            None => self.any,
        };
        kept && match options.scope {
            Scope::Models => true,
            Scope::Everything => !self.listed.contains(&partition.parent),
        }
    }
}

fn one(tables: Pair<&Table>, dialect: &dyn Dialect, diff_options: &DiffOptions, changes: &mut Vec<Change>) {
    if tables.from == tables.to {
        return;
    }
    options::diff(tables, diff_options, changes);
    column::diff(tables, dialect, changes);
    constraint::diff(tables, dialect, changes);
    index::diff(&tables.to.name, Pair::new(&tables.from.indexes, &tables.to.indexes), dialect, changes);
    trigger::diff(
        &tables.to.name,
        Pair::new(&tables.from.triggers, &tables.to.triggers),
        dialect,
        diff_options,
        changes,
    );
    comment::of_table(tables, dialect, diff_options, changes);
}
