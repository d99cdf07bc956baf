//! The forms that let others write on, where the engine has them: indexes built concurrently, constraints that hold for
//! new rows first and are proved for the old ones afterwards.
//!
//! They cannot be part of one transaction, so that the steps come in three stretches: what goes concurrently before
//! all else; one transaction with whatever changes at once; then one after the other what is built and proved. Each
//! stretch ends in a schema that code can live with, and what was there is never missing in between.
//!
//! A table that comes with the same steps holds no rows and has no readers: nothing changes for it.

mod constraint;
mod index;
mod partition;
mod partitioned_index;
mod waiting;

use std::collections::BTreeSet;

use whimbrel_schema::{ObjectName, Schema, Table};

use super::{Planned, Setting, enum_values};
use crate::Step;

pub(super) fn forms(setting: &Setting<'_>, steps: Vec<Planned>) -> Vec<Planned> {
    if !setting.dialect.builds_beside_writers() {
        return steps;
    }
    let all: Vec<Step> = steps.iter().map(|planned| planned.step.clone()).collect();
    let (before, at_once, after) = (Vec::new(), Vec::new(), Vec::new());
    let mut stretches = Stretches { setting, all, before, at_once, after, given: BTreeSet::new() };
    for planned in steps {
        stretches.take(planned);
    }
    let Stretches { mut before, at_once, after, .. } = stretches;
    before.extend(at_once);
    before.extend(after);
    before
}

struct Stretches<'a> {
    setting: &'a Setting<'a>,
    /// Every step as it was planned.
    all: Vec<Step>,
    before: Vec<Planned>,
    at_once: Vec<Planned>,
    after: Vec<Planned>,
    /// Names of indexes that no schema has, because their parents' take them over.
    given: BTreeSet<ObjectName>,
}

impl Stretches<'_> {
    fn take(&mut self, planned: Planned) {
        if self.create_index(&planned)
            || self.drop_index(&planned)
            || self.add_constraint(&planned)
            || self.require(&planned)
            || self.add_enum_value(&planned)
            || self.attach(&planned)
        {
            return;
        }
        if matches!(planned.step, Step::ValidateConstraint { .. }) {
            self.after.push(planned.alone());
            return;
        }
        if self.waits(&planned.step) {
            self.after.push(planned);
        } else {
            self.at_once.push(planned);
        }
    }

    /// In a transaction of its own, before all else, where the rest uses it already: the engine takes a value only once it
    /// is committed.
    fn add_enum_value(&mut self, planned: &Planned) -> bool {
        let Step::AddEnumValue { name, .. } = &planned.step else { return false };
        let used = enum_values::is_used(self.setting, name);
        if used {
            self.before.push(planned.clone().alone());
        }
        used
    }

    /// The table as it was, if it was there and is no partitioned one: neither indexes nor NOT VALID foreign keys can
    /// be had bit by bit on those.
    fn plain_table(&self, name: &ObjectName) -> Option<&Table> {
        self.table(name).filter(|table| table.options.partition_by.is_none())
    }

    /// Whether columns of the table go or change their type.
    fn moves_columns(&self, of: &ObjectName) -> bool {
        self.all.iter().any(
            |step| matches!(step, Step::SetColumnType { table, .. } | Step::DropColumn { table, .. } if table == of),
        )
    }

    fn table(&self, name: &ObjectName) -> Option<&Table> {
        let table = self.setting.schemas.from.table(name)?;
        let made_anew = |step: &Step| matches!(step, Step::CreateTable { table, .. } if table.name == *name);
        (!self.all.iter().any(made_anew)).then_some(table)
    }

    /// A name that nothing in the table's namespace has, within what engines keep of a name.
    fn free_name(&self, table: &ObjectName, wanted: &str, suffix: &str) -> String {
        let mut suffix = suffix.to_string();
        loop {
            let name = shortened(wanted, &suffix);
            if !self.is_taken(table, &name) {
                return name;
            }
            suffix.push('_');
        }
    }

    /// The same as the engine names what nobody names: with a number behind it.
    fn numbered_name(&self, table: &ObjectName, wanted: &str, suffix: &str) -> String {
        let names = (1_u32..).map(|number| shortened(wanted, &format!("{suffix}{number}")));
        let mut names = std::iter::once(shortened(wanted, suffix)).chain(names);
        names.find(|name| !self.is_taken(table, name)).unwrap_or_default()
    }

    fn is_taken(&self, table: &ObjectName, name: &str) -> bool {
        let among = |schema: &Schema| {
            schema.tables.values().filter(|it| it.name.namespace == table.namespace).any(|it| {
                let constraints = it.constraints();
                it.name.name == name
                    || it.indexes.iter().any(|index| index.name == name)
                    || constraints.iter().any(|constraint| constraint.name() == Some(name))
            })
        };
        self.given.contains(&table.sibling(name)) || among(self.setting.schemas.from) || among(self.setting.schemas.to)
    }
}

fn shortened(wanted: &str, suffix: &str) -> String {
    const LONGEST: usize = 63;
    let room = LONGEST.saturating_sub(suffix.len());
    format!("{}{suffix}", &wanted[..wanted.floor_char_boundary(room)])
}
