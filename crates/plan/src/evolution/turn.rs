//! The moment in which a second column takes the name of the first.
//!
//! The contract first makes everything ready beside the second column: NOT NULL, indexes, constraints. Then one
//! transaction ends the trigger and gives each thing the name of its twin. Nothing is scanned or built in it, and no
//! statement of anybody's finds the name missing. The old things go afterwards.
//!
//! The way back is the same with the columns in each other's place: the old column comes and is filled, a trigger of its
//! own follows what is written meanwhile, everything is made ready beside it, and it takes its name in one transaction.

use whimbrel_schema::{Column, Constraint, Generation, ObjectName, Pair, Schema};

use super::dual_write::{DualWrite, Keepers};
use super::rename_key::{self, Key};
use super::twins::{self, Twin, What};
use super::{Place, partition, turned_views};
use crate::autogenerate::{Draft, DraftError, Link, Renames};
use crate::ops::{Known, Planned, Way, is_whole_number};
use crate::{Change, ChoiceError, Choices, Dialect, Step};

/// How the two columns, and what is on them, are called while the other has the name.
#[derive(Debug, Clone)]
pub(super) struct Hidden {
    pub new: String,
    pub old: String,
}

const NEW: &str = "_whimbrel_new_";
const OLD: &str = "_whimbrel_old_";
/// Of a column whose values are not those of the one that takes its name.
const WAS: &str = "_whimbrel_was_";

/// Whether the column is called as one that only Whimbrel's own triggers know.
pub fn is_second_column(name: &str) -> bool {
    [NEW, OLD, WAS].into_iter().any(|prefix| name.starts_with(prefix))
}

/// The column that a second one stands beside with the very same values. One that does not fit is cut, and is that of no column.
pub(crate) fn first_name(second: &str) -> Option<&str> {
    [NEW, OLD].into_iter().find_map(|prefix| second.strip_prefix(prefix))
}

impl Hidden {
    pub fn of(name: &str) -> Self {
        Hidden { new: fitting(NEW, name), old: fitting(OLD, name) }
    }

    /// Of a column whose values go through an expression.
    pub fn of_converted(name: &str) -> Self {
        Hidden { old: fitting(WAS, name), ..Hidden::of(name) }
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
    /// As it was, and as it shall be.
    pub was: Column,
    pub column: Column,
    pub hidden: Hidden,
    pub dual: DualWrite,
    /// What fills the old one on the way back, where its values can be had from the new one.
    pub mirror: Option<DualWrite>,
}

impl Turn {
    /// Whether the old column is never NULL before its name is gone, and on the way back is none from the first: a trigger
    /// fills it then. Without one it is loosened first, because nobody fills it once its own trigger is gone.
    fn is_pinned(&self) -> bool {
        !self.was.nullable && self.mirror.is_some()
    }
}

/// The contract, there and back, by way of the schemas in which all is ready for the turn.
pub(super) struct Contract<'a> {
    pub middle: &'a Schema,
    /// What shall be, by the names that columns of keys have until they get their new ones, first of all.
    pub told: &'a Schema,
    pub target: &'a Schema,
    pub turns: &'a [Turn],
    pub keys: &'a [Key],
    pub keepers: &'a [(DualWrite, Keepers)],
    pub dialect: &'a dyn Dialect,
}

/// What runs in the one transaction, there and back. Of each way one half is for folding alone.
#[derive(Default)]
struct Moment {
    there: Vec<Planned>,
    back: Vec<Planned>,
}

impl Moment {
    fn both(there: Step, back: Step) -> Self {
        Moment { there: vec![there.into()], back: vec![back.into()] }
    }

    fn there(step: Step) -> Self {
        Moment { there: vec![step.into()], back: Vec::new() }
    }
}

impl Contract<'_> {
    pub fn drafted(&self, choices: &Choices, known: &Known) -> Result<Draft, DraftError> {
        let Contract { middle, target, dialect, .. } = *self;
        let none = Renames::of_changes(middle, [], dialect)?;
        let twins = twins::of(self.turns, self.told, dialect)?;
        let (ready, turned) = self.turned(&twins, Way::Upgrade)?;
        let (first, _) = Link { start: middle, renames: &none, target: &ready }.there(dialect, choices, known)?;
        let last = Link { start: &ready, renames: &turned, target };
        let (last, reached) = last.there(dialect, choices, known)?;
        let mut draft = first.then(last);

        let (ready, turned) = self.turned(&twins, Way::Downgrade)?;
        let last = Link { start: &ready, renames: &turned, target };
        draft.downgrade = last.back(&reached, dialect, choices, known)?;
        let first = Link { start: middle, renames: &none, target: &ready };
        draft.downgrade.extend(first.back(&ready, dialect, choices, known)?);
        Ok(draft)
    }

    fn turned(&self, twins: &[Twin], way: Way) -> Result<(Schema, Renames), ChoiceError> {
        let ready = self.ready(twins, way);
        let moments = self.moments(&ready, twins, way)?;
        let steps = moments.iter().flat_map(|moment| moment.there.clone()).collect();
        let back = moments.iter().rev().flat_map(|moment| moment.back.clone()).collect();
        let turned = Renames::of_steps(&ready, steps, back, self.dialect)?;
        Ok((ready, turned))
    }

    /// The schema in which the second columns have all that the first ones shall have. On the way back it is the one that
    /// is left of that: a primary key that goes takes its index with it, and what rests on it goes before.
    fn ready(&self, twins: &[Twin], way: Way) -> Schema {
        let mut ready = self.middle.clone();
        for twin in twins {
            let goes = matches!(twin.what, What::Key(_) | What::OnKey(_)) && way == Way::Downgrade;
            if let Some(table) = ready.table_mut(&twin.table).filter(|_| !goes) {
                twin.put_into(table);
            }
        }
        let places = self.turns.iter().flat_map(|turn| {
            let members = partition::with_partitions(self.middle, &turn.table);
            members.into_iter().map(move |member| (turn, member))
        });
        let places: Vec<(&Turn, ObjectName)> = places.collect();
        for (turn, table) in &places {
            let Some(found) = ready.table_mut(table) else { continue };
            if let Some(new) = found.column_mut(&turn.hidden.new) {
                new.nullable = turn.column.nullable;
            }
            if let Some(old) = found.column_mut(&turn.column.name).filter(|_| !turn.is_pinned()) {
                old.nullable = true;
            }
        }
        for table in twins.iter().map(|twin| &twin.table).chain(places.iter().map(|(_, table)| table)) {
            if let Some(found) = ready.table_mut(table) {
                found.sort();
            }
        }
        ready
    }

    fn moments(&self, ready: &Schema, twins: &[Twin], way: Way) -> Result<Vec<Moment>, ChoiceError> {
        let mut moments: Vec<Moment> = rename_key::steps(self.keys, self.keepers)
            .into_iter()
            .map(|step| Moment::both(step.from, step.to))
            .collect();
        for turn in self.turns {
            let own = self.keepers.iter().filter(|(dual, _)| *dual == turn.dual).map(|(_, keepers)| keepers);
            moments.extend(own.flat_map(end).map(|step| Moment::both(step.from, step.to)));
        }
        let places: Vec<Place> = self.turns.iter().map(|turn| (turn.table.clone(), turn.column.name.clone())).collect();
        let before = turned_views::of(ready, &places);
        if !before.is_empty() {
            let (there, back) = (turned_views::step_aside(&before), turned_views::come_back(&before, self.dialect));
            moments.push(Moment { there, back });
        }
        let had = |twin: &&Twin| ready.table(&twin.table).is_some_and(|table| twin.is_in(table));
        let keys = || twins.iter().filter(|twin| matches!(twin.what, What::Key(_)));
        let on_keys = || twins.iter().filter(|twin| matches!(twin.what, What::OnKey(_)));
        if way == Way::Downgrade {
            // The index that the old key takes over when it comes back.
            moments.extend(keys().filter_map(|twin| self.old_index(ready, twin)));
        }
        moments.extend(on_keys().filter(had).map(|twin| match way {
            Way::Upgrade => Moment::there(self.drop(&twin.table, &twin.name)),
            Way::Downgrade => self.put_aside(twin),
        }));
        moments.extend(keys().filter_map(|twin| self.end_key(ready, twin, way)));
        for turn in self.turns {
            moments.extend(self.change_over(turn)?);
        }
        // What rests on a key comes after it, and on the way back goes before.
        moments.extend(keys().filter_map(|twin| self.begin_key(twin, way)));
        for twin in twins {
            match &twin.what {
                What::Key(_) => {}
                What::OnKey(_) => moments.extend(self.begin_on_key(twin, way)),
                What::Index(_) | What::Constraint(_) => {
                    moments.extend(Some(twin).filter(had).map(|twin| self.put_aside(twin)));
                    moments.push(self.take_name(twin));
                }
            }
        }
        let after = turned_views::of(self.target, &places);
        if !after.is_empty() {
            let (there, back) = (turned_views::come_back(&after, self.dialect), turned_views::step_aside(&after));
            moments.push(Moment { there, back });
        }
        match way {
            Way::Upgrade => moments.extend(self.turns.iter().filter(|turn| turn.is_pinned()).map(loosened)),
            Way::Downgrade => moments.extend(self.mirrored(ready, &moments)?),
        }
        Ok(moments)
    }

    fn drop(&self, table: &ObjectName, name: &str) -> Step {
        Step::DropConstraint { table: table.clone(), name: name.to_string(), if_exists: false, cascade: false }
    }

    fn put_aside(&self, twin: &Twin) -> Moment {
        let Hidden { new: _, old } = Hidden::of(&twin.name);
        Moment::both(twin.rename(&twin.name, &old, self.dialect), twin.rename(&old, &twin.name, self.dialect))
    }

    fn take_name(&self, twin: &Twin) -> Moment {
        let Hidden { new, old: _ } = Hidden::of(&twin.name);
        Moment::both(twin.rename(&new, &twin.name, self.dialect), twin.rename(&twin.name, &new, self.dialect))
    }

    fn old_index(&self, ready: &Schema, twin: &Twin) -> Option<Moment> {
        let key = ready.table(&twin.table)?.primary_key.as_ref()?;
        let index = Box::new(twins::index_of(key, Hidden::of(&twin.name).old));
        let table = twin.table.clone();
        Some(Moment::there(Step::CreateIndex { table, index, concurrently: false, if_not_exists: false }))
    }

    fn end_key(&self, ready: &Schema, twin: &Twin, way: Way) -> Option<Moment> {
        let key = ready.table(&twin.table)?.primary_key.as_ref()?;
        let name = key.name.as_deref()?;
        let gone = self.drop(&twin.table, name);
        Some(match way {
            Way::Upgrade => Moment::there(gone),
            Way::Downgrade => Moment::both(
                gone,
                Step::AddConstraint {
                    table: twin.table.clone(),
                    constraint: Box::new(Constraint::PrimaryKey(key.clone())),
                    using_index: Some(Hidden::of(&twin.name).old),
                },
            ),
        })
    }

    fn begin_key(&self, twin: &Twin, way: Way) -> Option<Moment> {
        let key = self.target.table(&twin.table)?.primary_key.clone()?;
        let using_index = (way == Way::Upgrade).then(|| Hidden::of(&twin.name).new);
        let constraint = Box::new(Constraint::PrimaryKey(key));
        let made = Step::AddConstraint { table: twin.table.clone(), constraint, using_index };
        Some(Moment::both(made, self.drop(&twin.table, &twin.name)))
    }

    fn begin_on_key(&self, twin: &Twin, way: Way) -> Option<Moment> {
        let found = self.target.table(&twin.table)?;
        let key = found.foreign_keys.iter().find(|key| key.name.as_deref() == Some(twin.name.as_str()))?;
        let constraint = Box::new(Constraint::ForeignKey(key.clone()));
        let made = Step::AddConstraint { table: twin.table.clone(), constraint, using_index: None };
        Some(match way {
            Way::Upgrade => self.take_name(twin),
            Way::Downgrade => Moment::both(made, self.drop(&twin.table, &twin.name)),
        })
    }

    /// The names, the default, and the numbers where they left off.
    fn change_over(&self, turn: &Turn) -> Result<Vec<Moment>, ChoiceError> {
        let rename = |from: &str, to: &str| Step::RenameColumn {
            table: turn.table.clone(),
            from: from.to_string(),
            to: to.to_string(),
        };
        let (name, Hidden { new, old }) = (&turn.column.name, &turn.hidden);
        let mut moments = vec![
            Moment::both(rename(name, old), rename(old, name)),
            Moment::both(rename(new, name), rename(name, new)),
        ];
        if turn.column.default.is_some() {
            let default = |to| Step::SetDefault { table: turn.table.clone(), column: name.clone(), to };
            moments.push(Moment::both(default(turn.column.default.clone()), default(None)));
        }
        if turn.was.generation.is_some() {
            let hand_over = |from: &Column, to: &Column| -> Result<Vec<Planned>, ChoiceError> {
                let steps = self.dialect.hand_over(&turn.table, Pair::new(from, to));
                let steps = steps.ok_or_else(|| ChoiceError::Impossible {
                    rename: old.clone(),
                    error: format!("the numbers of `{}.{name}` cannot go over to another column", turn.table),
                })?;
                Ok(steps.into_iter().map(|(step, sql)| Planned { sql, ..step.into() }).collect())
            };
            // To the column that has the name by then, on either way: a sequence may be called after it.
            let (aside, ahead) = (called(&turn.was, old), called(&turn.column, new));
            moments.push(Moment { there: hand_over(&aside, &turn.column)?, back: Vec::new() });
            moments.insert(0, Moment { there: Vec::new(), back: hand_over(&ahead, &turn.was)? });
        }
        Ok(moments)
    }

    /// The triggers that fill the old columns on the way back, in the schema after all that.
    fn mirrored(&self, ready: &Schema, moments: &[Moment]) -> Result<Vec<Moment>, ChoiceError> {
        let steps = moments.iter().flat_map(|moment| moment.there.clone()).collect();
        let turned = Renames::of_steps(ready, steps, Vec::new(), self.dialect)?.after;
        let mut mirrored = Vec::new();
        for mirror in self.turns.iter().filter_map(|turn| turn.mirror.as_ref()) {
            let keepers = mirror.keepers(&turned, self.dialect).map_err(|error| ChoiceError::Impossible {
                rename: mirror.table.to_string(),
                error: error.to_string(),
            })?;
            mirrored.extend(end(&keepers).into_iter().rev().map(|step| Moment::both(step.to, step.from)));
        }
        Ok(mirrored)
    }
}

fn called(column: &Column, name: &str) -> Column {
    Column { name: name.to_string(), ..column.clone() }
}

/// Nobody fills it any more.
fn loosened(turn: &Turn) -> Moment {
    let column = turn.hidden.old.clone();
    Moment::there(Step::SetNullable { table: turn.table.clone(), column, nullable: true })
}

/// Whether the column counts in the same way on both sides, so that its numbers can go over.
pub(super) fn counts_alike(column: &Pair<Column>) -> bool {
    match (&column.from.generation, &column.to.generation) {
        (None, None) => true,
        (Some(Generation::Serial { sequence: from }), Some(Generation::Serial { sequence: to })) => from == to,
        (Some(Generation::Identity(from)), Some(Generation::Identity(to))) => from.always == to.always,
        (
            Some(
                Generation::Serial { .. }
                | Generation::Identity(_)
                | Generation::Stored(_)
                | Generation::Virtual(_)
                | Generation::AutoIncrement,
            )
            | None,
            _,
        ) => false,
    }
}

/// What refers to a key that grows, and does not grow with it.
pub(super) fn narrower(turns: &[Turn], target: &Schema) -> Vec<String> {
    let mut told = Vec::new();
    for turn in turns.iter().filter(|turn| is_whole_number(&turn.column.ty)) {
        for table in target.tables.values() {
            for key in table.foreign_keys.iter().filter(|key| key.references == turn.table) {
                let ends = key.columns.iter().zip(&key.referenced_columns);
                let own =
                    ends.filter(|(_, other)| **other == turn.column.name).filter_map(|(own, _)| table.column(own));
                for column in own.filter(|column| is_whole_number(&column.ty) && column.ty != turn.column.ty) {
                    told.push(format!(
                        "`{}.{}` refers to `{}.{}` and stays {}: it cannot name what does not fit into that",
                        table.name, column.name, turn.table, turn.column.name, column.ty
                    ));
                }
            }
        }
    }
    told
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
