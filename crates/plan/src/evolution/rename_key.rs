//! A column of a primary key, or one that counts by itself, under another name.
//!
//! Foreign keys, sequences and the key itself hang on the column, so that it stays and is renamed in the end. Until then
//! new code has a second column beside it, with indexes of its own, which goes when its name is taken.

use whimbrel_schema::{Column, Constraint, Index, IndexKey, ObjectName, Pair, Schema, Table};

use super::conversion;
use super::dual_write::{DualWrite, Kept, Value};
use super::middle::Middle;
use super::turn::{Hidden, end};
use crate::autogenerate::Aim;
use crate::fold;
use crate::ops::is_computed;
use crate::{Change, ChoiceError, Choices, Dialect, Step};

#[derive(Debug, Clone)]
pub(super) struct Key {
    pub table: ObjectName,
    pub from: String,
    pub to: String,
}

impl Key {
    fn hidden(&self) -> String {
        Hidden::of(&self.from).old
    }

    fn dual(&self) -> DualWrite {
        DualWrite { table: self.table.clone(), kept: vec![Kept::renamed(&self.from, &self.to)] }
    }

    pub fn change(&self) -> Change {
        Change::RenameColumn { table: self.table.clone(), from: self.from.clone(), to: self.to.clone() }
    }
}

/// The renames that are done this way.
pub(super) fn found(aim: &Aim, dialect: &dyn Dialect, choices: &Choices) -> Vec<Key> {
    let keys = aim.renames.changes.iter().filter_map(|change| {
        let Change::RenameColumn { table, from, to } = change else { return None };
        let key = Key { table: table.clone(), from: from.clone(), to: to.clone() };
        can(aim, &key, dialect, choices).then_some(key)
    });
    keys.collect()
}

fn can(aim: &Aim, key: &Key, dialect: &dyn Dialect, choices: &Choices) -> bool {
    let Key { table, from, to } = key;
    let (Some(before), Some(after)) = (aim.start.table(table), aim.target.table(table)) else { return false };
    let (Some(old), Some(new)) = (before.column(from), after.column(to)) else { return false };
    let in_key = before.primary_key.as_ref().is_some_and(|key| key.columns.contains(from));
    let free = before.column(to).is_none() && after.column(from).is_none() && before.column(&key.hidden()).is_none();
    let whole = |table: &Table| table.options.partition_by.is_none() && table.options.partition_of.is_none();
    if !(in_key || old.generation.is_some())
        || is_computed(old)
        || !free
        || !whole(before)
        || !super::can_evolve(&aim.start, table)
        || !super::can_evolve(&aim.target, table)
        || !dialect.same_type(Pair::new(&old.ty, &new.ty))
        || choices.backfill(table, to).is_some()
        || super::reads_view(&aim.start, table, from)
    {
        return false;
    }
    let mut trial = aim.start.clone();
    let Some(found) = trial.table_mut(table) else { return false };
    found.columns.push(second(old, to));
    key.dual().keep(&mut trial, dialect).is_ok()
}

fn second(old: &Column, name: &str) -> Column {
    let mut second = Column { name: name.to_string(), ..old.clone() };
    second.nullable = true;
    second.default = None;
    second.generation = None;
    second.on_null = None;
    second.comment = None;
    second
}

/// What shall be, by the names that the columns have until the contract.
pub(super) fn by_old_names(target: &Schema, keys: &[Key], dialect: &dyn Dialect) -> Result<Schema, ChoiceError> {
    let mut schema = target.clone();
    for key in keys {
        let step = rename(&key.table, &key.to, &key.from);
        fold::apply(&mut schema, &step, dialect)
            .map_err(|error| ChoiceError::Impossible { rename: key.to.clone(), error: error.to_string() })?;
    }
    Ok(schema)
}

pub(super) fn apply(middle: &mut Middle<'_>, keys: &[Key]) {
    for key in keys {
        let Some(found) = middle.schema.table(&key.table) else { continue };
        let Some(old) = found.column(&key.from).cloned() else { continue };
        let new = second(&old, &key.to);
        let indexes = indexes(found, key, middle.dialect);
        if let Some(table) = middle.table(&key.table) {
            table.columns.push(new.clone());
            table.indexes.extend(indexes);
            table.sort();
        }
        middle.keep_apart(key.dual());
        let value = Value::Copied(key.from.clone());
        middle.fills.extend(conversion::fill(&key.table, Pair::new(&old, &new), &value, middle.dialect));
        let restored = whimbrel_schema::Expression::new(middle.dialect.quote(&key.to));
        middle.known.restores.insert((key.table.clone(), key.hidden()), restored);
    }
}

/// New code looks for rows, and for conflicts, by the second column.
fn indexes(table: &Table, key: &Key, dialect: &dyn Dialect) -> Vec<Index> {
    let mut told = Schema::new(dialect.engine());
    told.insert_table(table.clone());
    if fold::apply(&mut told, &rename(&key.table, &key.from, &key.to), dialect).is_err() {
        return Vec::new();
    }
    let Some(told) = told.table(&key.table) else { return Vec::new() };
    let second = |name: &str, index: Index| Index { name: Hidden::of(name).new, comment: None, ..index };
    let indexes = told.indexes.iter().filter(|index| !table.indexes.contains(index));
    let indexes = indexes.map(|index| second(&index.name, index.clone()));
    let own = table.constraints();
    let constraints = told.constraints().into_iter().filter(|constraint| !own.contains(constraint));
    let constraints = constraints.filter_map(|constraint| {
        let (columns, distinct) = match &constraint {
            Constraint::PrimaryKey(key) => (&key.columns, true),
            Constraint::Unique(unique) => (&unique.columns, unique.nulls_distinct),
            Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => return None,
        };
        let keys = columns.iter().map(|column| IndexKey::column(column.as_str())).collect();
        let index = Index { unique: true, nulls_distinct: distinct, ..Index::new("", keys) };
        Some(second(constraint.name()?, index))
    });
    indexes.chain(constraints).collect()
}

/// In the contract's one transaction, there and back: the trigger ends, and the column takes its new name from the second.
pub(super) fn steps(keys: &[Key], keepers: &[(DualWrite, super::dual_write::Keepers)]) -> Vec<Pair<Step>> {
    let mut steps = Vec::new();
    for key in keys {
        let dual = key.dual();
        steps.extend(keepers.iter().filter(|(of, _)| *of == dual).flat_map(|(_, keepers)| end(keepers)));
        let both = |from: &str, to: &str| Pair::new(rename(&key.table, from, to), rename(&key.table, to, from));
        steps.push(both(&key.to, &key.hidden()));
        steps.push(both(&key.from, &key.to));
    }
    steps
}

fn rename(table: &ObjectName, from: &str, to: &str) -> Step {
    Step::RenameColumn { table: table.clone(), from: from.to_string(), to: to.to_string() }
}

/// Whether the change is of a second column or of its indexes.
pub(super) fn is_hidden(change: &Change, keys: &[Key]) -> bool {
    if let Change::DropColumn { table, column } = change {
        return keys.iter().any(|key| key.table == *table && key.to == column.name);
    }
    matches!(change, Change::DropIndex { index, .. } if super::is_second_column(&index.name))
}
