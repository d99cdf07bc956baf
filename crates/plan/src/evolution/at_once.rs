//! Changes for which there is no chain, and why: code of before breaks with them, whatever else waits.

use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{Column, Constraint, Engine, Expression, Generation, ObjectName, Pair, Schema, Table};

use super::{EvolutionLink, retype};
use crate::autogenerate::{Aim, DraftStatement, Renames};
use crate::diff::{DiffOptions, diff};
use crate::fold::names_column;
use crate::ops::is_computed;
use crate::{Change, Choices, Dialect, StandIn, Step};

/// A change that is made in one statement, and breaks or stops code that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtOnce {
    pub change: Change,
    pub why: Why,
}

impl AtOnce {
    /// What it does to code that runs, for whoever reads the revision.
    fn danger(&self) -> String {
        let danger = match matches!(self.change, Change::AlterColumn { .. }) {
            true => "everybody waits while the table is written anew, and code of before meets another type",
            false => "code of before breaks here, and code of after would have broken until here",
        };
        format!("{danger}; there is no chain for it: {}", self.why)
    }

    /// Whether the statement is the one that makes the change.
    fn is_made_by(&self, step: &Step, engine: Engine) -> bool {
        let same = |a: &str, b: &str| engine.same_name(a, b);
        if let (Change::RenameColumn { table, from, .. }, Step::RenameColumn { table: of, from: column, .. }) =
            (&self.change, step)
        {
            return table == of && same(from, column);
        }
        if let (Change::RenameTable { from, .. }, Step::RenameTable { from: name, .. }) = (&self.change, step) {
            return from == name;
        }
        if let (Change::AlterColumn { table, column }, Step::SetColumnType { table: of, column: name, .. }) =
            (&self.change, step)
        {
            return table == of && same(&column.from.name, name);
        }
        false
    }
}

/// Says it above the statement, or above the first of all where a table is made anew with it.
pub(super) fn note(links: &mut [EvolutionLink], found: &[AtOnce], dialect: &dyn Dialect) {
    for one in found {
        let makes = |statement: &&mut DraftStatement| {
            let understood = dialect.understand(&statement.sql);
            understood.steps().iter().any(|step| one.is_made_by(step, dialect.engine()))
        };
        let mut statements = links.iter_mut().flat_map(|link| link.draft.upgrade.iter_mut());
        let statement = match statements.find(makes) {
            Some(statement) => Some(statement),
            None => links.iter_mut().find_map(|link| link.draft.upgrade.first_mut()),
        };
        if let Some(statement) = statement {
            let lines = [one.change.describe(), one.danger()].join(": ");
            statement.note = Some(statement.note.iter().cloned().chain([lines]).collect::<Vec<_>>().join("\n"));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Of tables that inherit, and of those that they inherit from.
    Inherits,
    /// What goes or comes has the name.
    NameTaken,
    /// The engine looks for the key before a trigger could fill the second column.
    KeyBeforeTriggers,
    /// It decides in which partition a row lives.
    DecidesPartition,
    /// A view would show the new name as well.
    Shown,
    /// It is computed, or read by what is.
    Computed,
    /// Nothing says how values of one become values of the other.
    NoConversion,
    /// No view can be written to in its place.
    NoView,
    /// Of a partitioned table, or of one that a partitioned table refers to.
    Partitioned,
    /// An exclusion, a policy, a trigger or a materialized view holds on to it.
    Held,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Inherits => "children of a table have some of its things and some of their own",
            Why::NameTaken => "another has the name while both would have to be there",
            Why::KeyBeforeTriggers => "a key has to be there before a trigger could fill a second one",
            Why::DecidesPartition => "the partition is chosen before a trigger could fill the column",
            Why::Shown => "a view shows it, and would show another name to code of before",
            Why::Computed => "it is computed, or read by what is",
            Why::NoConversion => "nothing says how values go there and back (`--using` does)",
            Why::NoView => "no view of the old name could be written to",
            Why::Partitioned => "a partitioned table takes over no index as its key, and proves no foreign key later",
            Why::Held => "an exclusion, a policy, a trigger or a materialized view holds on to it",
        })
    }
}

impl fmt::Display for AtOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.change.describe(), self.why)
    }
}

/// Of the renames that are done at once, and of the types that change in place.
pub(super) fn of(
    aim: &Aim,
    renames: &Renames,
    stand_ins: &[StandIn],
    turned: impl Fn(&ObjectName, &str) -> bool,
    choices: &Choices,
    dialect: &dyn Dialect,
) -> Vec<AtOnce> {
    let renamed = renames.changes.iter().filter_map(|change| {
        let why = if let Change::RenameColumn { table, from, to } = change {
            column(aim, table, Pair::new(from, to), dialect)
        } else if let Change::RenameTable { from, .. } = change {
            let stands = stand_ins.iter().any(|stand_in| stand_in.view.name == *from);
            (!stands).then(|| if aim.target.table(from).is_some() { Why::NameTaken } else { Why::NoView })
        } else {
            None
        };
        Some(AtOnce { change: change.clone(), why: why? })
    });
    let mut found: Vec<AtOnce> = renamed.collect();
    for change in diff(Pair::new(&renames.after, &aim.target), dialect, &DiffOptions::default()) {
        let Change::AlterColumn { table, column } = &change else { continue };
        let same = dialect.same_type(Pair::new(&column.from.ty, &column.to.ty));
        let on_parent = aim.target.table(table).is_none_or(|found| found.options.partition_of.is_some());
        if same
            || on_parent
            || turned(table, &column.to.name)
            || !retype::rewrites(&renames.after, table, &column.to, choices, dialect)
        {
            continue;
        }
        let why = type_in_place(&aim.target, table, column, dialect);
        found.push(AtOnce { change, why });
    }
    found
}

fn column(aim: &Aim, name: &ObjectName, names: Pair<&String>, dialect: &dyn Dialect) -> Option<Why> {
    let after = aim.target.table(name)?;
    let new = after.column(names.to)?;
    let engine = dialect.engine();
    let key = after.primary_key.as_ref().is_some_and(|key| key.columns.contains(names.to));
    let parts = after.options.partition_by.as_deref();
    let taken = after.column(names.from).is_some()
        || aim.start.table(name).is_some_and(|before| before.column(names.to).is_some());
    Some(if after.options.partition_of.is_some() {
        return None;
    } else if inherits(&aim.target, after) {
        Why::Inherits
    } else if taken {
        Why::NameTaken
    } else if key && !dialect.fills_before_not_null() {
        Why::KeyBeforeTriggers
    } else if parts.is_some_and(|key| names_column(&Expression::new(key), names.to, engine)) {
        Why::DecidesPartition
    } else if is_computed(new) {
        Why::Computed
    } else if super::reads_view(&aim.target, name, names.to) {
        Why::Shown
    } else if parts.is_some() {
        Why::Partitioned
    } else {
        Why::NoConversion
    })
}

fn inherits(schema: &Schema, table: &Table) -> bool {
    !table.options.inherits.is_empty()
        || schema.tables.values().any(|other| other.options.inherits.contains(&table.name))
}

fn type_in_place(schema: &Schema, name: &ObjectName, column: &Pair<Column>, dialect: &dyn Dialect) -> Why {
    let Some(table) = schema.table(name) else { return Why::Held };
    let refers = |other: &Table| other.foreign_keys.iter().any(|key| key.references == *name);
    let parted = |table: &Table| table.options.partition_by.is_some() || table.options.partition_of.is_some();
    if inherits(schema, table) {
        Why::Inherits
    } else if parted(table) || schema.tables.values().any(|other| refers(other) && parted(other)) {
        Why::Partitioned
    } else if is_read(table, &column.to, dialect.engine()) {
        Why::Computed
    } else if table.constraints().iter().any(|it| matches!(it, Constraint::Exclusion(_))) {
        Why::Held
    } else if super::conversion::one(column.as_ref(), None, dialect).is_none() {
        Why::NoConversion
    } else {
        Why::Held
    }
}

fn is_read(table: &Table, column: &Column, engine: Engine) -> bool {
    let reads = |other: &Column| {
        is_computed(other)
            && other.generation.as_ref().and_then(computed).is_some_and(|text| names_column(text, &column.name, engine))
    };
    is_computed(column) || table.columns.iter().any(reads)
}

fn computed(generation: &Generation) -> Option<&Expression> {
    match generation {
        Generation::Stored(text) | Generation::Virtual(text) => Some(text),
        Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement => None,
    }
}
