//! The moment in which a second column takes the name of the first.
//!
//! The contract first makes everything ready beside the second column: NOT NULL, indexes, constraints. Then one
//! transaction ends the trigger and gives each thing the name of its twin. Nothing is scanned or built in it, and no
//! statement of anybody's finds the name missing. The old things go afterwards.

use whimbrel_schema::{Column, Constraint, Index, ObjectName, Pair, Schema, Table};

use super::dual_write::{DualWrite, Keepers};
use crate::fold;
use crate::{Change, ChoiceError, Dialect, Step};

/// How the two columns, and what is on them, are called while the other has the name.
#[derive(Debug, Clone)]
pub(super) struct Hidden {
    pub new: String,
    pub old: String,
}

const NEW: &str = "_whimbrel_new_";
const OLD: &str = "_whimbrel_old_";

/// Whether the column is called as one that only Whimbrel's own triggers know.
pub(crate) fn is_second_column(name: &str) -> bool {
    [NEW, OLD].into_iter().any(|prefix| name.starts_with(prefix))
}

impl Hidden {
    pub fn of(name: &str) -> Self {
        Hidden { new: fitting(NEW, name), old: fitting(OLD, name) }
    }
}

/// Within what engines keep of a name. Two long ones that come out the same are told apart by nothing, which is found
/// before anything is written.
fn fitting(prefix: &str, name: &str) -> String {
    const LONGEST: usize = 63;
    let room = LONGEST - prefix.len();
    format!("{prefix}{}", &name[..name.floor_char_boundary(room)])
}

/// A second column that waits for its name.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub table: ObjectName,
    /// As it shall be.
    pub column: Column,
    pub hidden: Hidden,
    pub dual: DualWrite,
}

/// What is on a second column, and its names.
enum Twin {
    Index(Index),
    Constraint(Constraint),
}

impl Twin {
    fn rename(&self, table: &ObjectName, from: &str, to: &str, dialect: &dyn Dialect) -> Step {
        match self {
            Twin::Index(_) => {
                let from = ObjectName::of_index(table, from, dialect.engine());
                Step::RenameIndex { from, to: to.to_string() }
            }
            Twin::Constraint(_) => {
                Step::RenameConstraint { table: table.clone(), from: from.to_string(), to: to.to_string() }
            }
        }
    }
}

/// The schema in which the second columns have all that the first ones shall have.
pub(super) fn ready(
    middle: &Schema,
    turns: &[Turn],
    target: &Schema,
    dialect: &dyn Dialect,
) -> Result<Schema, ChoiceError> {
    let mut ready = middle.clone();
    for table in tables(turns) {
        let twins = twins(table, turns, target, dialect)?;
        let Some(found) = ready.table_mut(table) else { continue };
        for (name, twin) in twins {
            let hidden = Hidden::of(&name).new;
            match twin {
                Twin::Index(index) => found.indexes.push(Index { name: hidden, comment: None, ..index }),
                Twin::Constraint(mut constraint) => {
                    *constraint.name_mut() = Some(hidden);
                    *constraint.comment_mut() = None;
                    found.add_constraint(constraint);
                }
            }
        }
        for turn in turns.iter().filter(|turn| turn.table == *table) {
            if let Some(new) = found.column_mut(&turn.hidden.new) {
                new.nullable = turn.column.nullable;
            }
            // Once the trigger is gone nobody fills it.
            if let Some(old) = found.column_mut(&turn.column.name) {
                old.nullable = true;
            }
        }
        found.sort();
    }
    Ok(ready)
}

/// The one transaction, there and back.
pub(super) fn steps(
    ready: &Schema,
    turns: &[Turn],
    keepers: &[(DualWrite, Keepers)],
    target: &Schema,
    dialect: &dyn Dialect,
) -> Result<Vec<Pair<Step>>, ChoiceError> {
    let mut steps = Vec::new();
    for turn in turns {
        let own = keepers.iter().filter(|(dual, _)| *dual == turn.dual).map(|(_, keepers)| keepers);
        steps.extend(own.flat_map(end));
    }
    for turn in turns {
        let rename = |from: &str, to: &str| Step::RenameColumn {
            table: turn.table.clone(),
            from: from.to_string(),
            to: to.to_string(),
        };
        let (name, Hidden { new, old }) = (&turn.column.name, &turn.hidden);
        steps.push(Pair::new(rename(name, old), rename(old, name)));
        steps.push(Pair::new(rename(new, name), rename(name, new)));
        if turn.column.default.is_some() {
            let default = |to| Step::SetDefault { table: turn.table.clone(), column: name.clone(), to };
            steps.push(Pair::new(default(turn.column.default.clone()), default(None)));
        }
    }
    for table in tables(turns) {
        let before = ready.table(table);
        for (name, twin) in twins(table, turns, target, dialect)? {
            let Hidden { new, old } = Hidden::of(&name);
            let rename = |from: &str, to: &str| twin.rename(table, from, to, dialect);
            if before.is_some_and(|table| has(table, &name, &twin)) {
                steps.push(Pair::new(rename(&name, &old), rename(&old, &name)));
            }
            steps.push(Pair::new(rename(&new, &name), rename(&name, &new)));
        }
    }
    Ok(steps)
}

fn tables(turns: &[Turn]) -> Vec<&ObjectName> {
    let mut tables: Vec<&ObjectName> = turns.iter().map(|turn| &turn.table).collect();
    tables.dedup();
    tables
}

fn has(table: &Table, name: &str, like: &Twin) -> bool {
    match like {
        Twin::Index(_) => table.index(name).is_some(),
        Twin::Constraint(_) => table.constraints().iter().any(|constraint| constraint.name() == Some(name)),
    }
}

/// Everything on the columns in the end, told of the second ones; each with its name in the end.
fn twins(
    table: &ObjectName,
    turns: &[Turn],
    target: &Schema,
    dialect: &dyn Dialect,
) -> Result<Vec<(String, Twin)>, ChoiceError> {
    let mut told = Schema::new(target.engine);
    let Some(wanted) = target.table(table) else { return Ok(Vec::new()) };
    told.insert_table(wanted.clone());
    for turn in turns.iter().filter(|turn| turn.table == *table) {
        let (from, to) = (turn.column.name.clone(), turn.hidden.new.clone());
        let step = Step::RenameColumn { table: table.clone(), from, to };
        fold::apply(&mut told, &step, dialect)
            .map_err(|error| ChoiceError::Impossible { rename: turn.hidden.new.clone(), error: error.to_string() })?;
    }
    let Some(told) = told.table(table) else { return Ok(Vec::new()) };
    let indexes = told.indexes.iter().filter(|index| !wanted.indexes.contains(index));
    let indexes = indexes.map(|index| (index.name.clone(), Twin::Index(index.clone())));
    let same = wanted.constraints();
    let constraints = told.constraints().into_iter().filter(|constraint| !same.contains(constraint));
    let constraints = constraints.filter_map(|it| Some((it.name()?.to_string(), Twin::Constraint(it))));
    Ok(indexes.chain(constraints).collect())
}

/// Whether the change is of a second column, of which nobody is to know.
pub(super) fn is_hidden(change: &Change, turns: &[Turn]) -> bool {
    let Change::DropColumn { table, column } = change else { return false };
    turns.iter().any(|turn| turn.table == *table && turn.hidden.new == column.name)
}

/// The triggers and their functions, which go and, on the way back, come again.
pub(super) fn end(keepers: &Keepers) -> Vec<Pair<Step>> {
    let triggers = keepers.triggers.iter().map(|(table, trigger)| {
        let gone = Step::DropTrigger { table: Some(table.clone()), name: trigger.name.clone(), if_exists: false };
        Pair::new(gone, Step::CreateTrigger { table: table.clone(), trigger: Box::new(trigger.clone()) })
    });
    let objects = keepers.objects.iter().map(|object| {
        let gone = Step::DropObject { object: object.id(), if_exists: false, cascade: false };
        let made = Step::CreateObject { object: Box::new(object.clone()), replace: false, if_not_exists: false };
        Pair::new(gone, made)
    });
    triggers.chain(objects).collect()
}
