//! A risky change as a chain of revisions: expand, backfill, contract.
//!
//! The chain goes over a *middle schema*, in which old code and new code both work. What leads there and what leads on
//! from there is drafted as any revision is, so both ways, their order and the proof that they lead there hold for each
//! link. All risky changes share one chain; what is harmless rides in its first link.
//!
//! One kind of change is one file: what the middle keeps or adds for it, which UPDATE fills that, and what is left for
//! the contract.

mod add_column;
mod alter_column;
mod at_once;
mod chain;
mod constraint;
mod conversion;
mod drop_column;
mod drop_table;
pub mod dual_write;
mod fill;
mod index;
mod middle;
mod names;
mod object;
mod partition;
mod rename_column;
mod rename_enum_value;
mod rename_key;
mod rename_table;
mod retype;
mod split_columns;
mod trigger;
mod turn;
mod turned_views;
mod twins;
mod words;

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{Engine, Object, ObjectName, Pair, Schema, View};

use crate::autogenerate::{Aim, Draft, DraftError, Renames};
use crate::revision::{Part, Phase};
use crate::words::mentions;
use crate::{Change, Choices, Dialect, Question, StandIn};

pub use at_once::{AtOnce, Why};
use chain::Ways;
pub use fill::Fill;
use middle::{Middle, Told};
use rename_key::Key;
pub(crate) use turn::first_name;
pub use turn::is_second_column;

/// What one autogenerate comes to: a plain revision, or the links of a chain in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evolution {
    /// The changes that it is for, as a person asked for them.
    pub changes: Vec<Change>,
    pub links: Vec<EvolutionLink>,
    /// All of them, as [`Draft::questions`].
    pub questions: Vec<Question>,
    /// Why what is risky stays one plain revision.
    pub plain_because: Option<PlainBecause>,
    /// What no chain is made for, whatever the others are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_once: Vec<AtOnce>,
}

/// Why a risky change is no chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlainBecause {
    /// Something goes while another of its name comes, and the two cannot be there at once.
    NameTaken(ObjectName),
    /// The schema in between cannot be reached, or not be left: a mistake of Whimbrel's own.
    Unproved(String),
}

impl fmt::Display for PlainBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlainBecause::NameTaken(name) => {
                write!(f, "`{name}` is the name of something that goes and of something that comes")
            }
            PlainBecause::Unproved(error) => write!(f, "of a chain, {error}"),
        }
    }
}

/// One revision of a chain, for one engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvolutionLink {
    /// `None` for a plain revision.
    pub phase: Option<Phase>,
    pub part: Option<Part>,
    pub draft: Draft,
    /// What an UPDATE fills in. Only a backfill has some, and nothing else.
    pub fills: Vec<Fill>,
    /// What it does, in words.
    pub words: Vec<String>,
}

impl EvolutionLink {
    pub fn is_empty(&self) -> bool {
        self.draft.upgrade.is_empty() && self.fills.is_empty()
    }
}

impl Evolution {
    /// Whether old code and new code are kept working by more than one plain revision.
    pub fn is_chain(&self) -> bool {
        self.links.iter().any(|link| link.phase.is_some())
    }

    fn with(mut self, at_once: Vec<AtOnce>, dialect: &dyn Dialect) -> Evolution {
        at_once::note(&mut self.links, &at_once, dialect);
        Evolution { at_once, ..self }
    }
}

/// The changes that lead from the schema at the head of the history to the one that the models describe, each in the
/// safest form that it has.
pub fn evolve(schemas: Pair<Schema>, dialect: &dyn Dialect, choices: &Choices) -> Result<Evolution, DraftError> {
    let aim = Aim::of(schemas, dialect, choices)?;
    if aim.is_reached() || choices.plain {
        return Ok(plain(aim.drafted(dialect, choices)?, None));
    }
    let keys = rename_key::found(&aim, dialect, choices);
    let mut replaced = rename_column::replaced(&aim, dialect, choices);
    replaced.extend(rename_enum_value::replaced(&aim));
    replaced.extend(keys.iter().map(Key::change));
    let kept = aim.renames.changes.iter().filter(|change| !replaced.contains(change));
    let renames = Renames::of_changes(&aim.start, kept, dialect)?;
    let stand_ins = rename_table::stand_ins(&aim, &renames, dialect);
    let target = rename_key::by_old_names(&aim.target, &keys, dialect)?;
    let at_once = |stand_ins: &[StandIn], retyped: &HashSet<Place>| {
        let turned = |table: &ObjectName, column: &str| retyped.contains(&(table.clone(), column.to_string()));
        at_once::of(&aim, &renames, stand_ins, turned, choices, dialect)
    };
    let told = Told { replaced: &replaced, keys: &keys, stand_ins: stand_ins.clone() };
    let Some(middle) = Middle::of(&renames.after, &target, dialect, choices, told) else {
        let at_once = at_once(&stand_ins, &HashSet::new());
        return Ok(plain(aim.drafted(dialect, choices)?, None).with(at_once, dialect));
    };
    if let Some(name) = names::clash(&middle.schema) {
        return Ok(plain(aim.drafted(dialect, choices)?, Some(PlainBecause::NameTaken(name))));
    }
    let at_once = at_once(&stand_ins, &middle.retyped);
    match chain::chain(&aim, Ways { renames: &renames, keys: &keys }, middle, dialect, choices) {
        Ok(evolution) => Ok(evolution.with(at_once, dialect)),
        Err(error) => {
            let because = PlainBecause::Unproved(error.to_string());
            Ok(plain(aim.drafted(dialect, choices)?, Some(because)))
        }
    }
}

fn plain(draft: Draft, because: Option<PlainBecause>) -> Evolution {
    let questions = draft.questions.clone();
    let changes = draft.changes.clone();
    let words = changes.iter().map(Change::describe).collect();
    let link = EvolutionLink { phase: None, part: None, draft, fills: Vec::new(), words };
    let links = if link.is_empty() { Vec::new() } else { vec![link] };
    Evolution { changes, links, questions, plain_because: because, at_once: Vec::new() }
}

/// Partitions take over what is done to their table, which evolves with them. Children of an inheriting table have some of
/// their parents' things and some of their own; a virtual table is its module's. Such tables change as one plain revision
/// changes them.
fn can_evolve(schema: &Schema, table: &ObjectName) -> bool {
    let own = schema.table(table).is_none_or(|found| {
        let options = &found.options;
        options.partition_of.is_none() && options.inherits.is_empty() && options.virtual_using.is_none()
    });
    own && !schema.tables.values().any(|other| other.options.inherits.contains(table))
}

/// Whether something that is bound to columns holds on to this one: a policy, a sequence that goes with it.
fn holds(schema: &Schema, table: &ObjectName, column: &str) -> bool {
    let says = |text: &str, name: &str| mentions(text, name, schema.engine);
    schema.objects.values().any(|object| match object {
        Object::Opaque(opaque) => {
            opaque.table.as_ref().is_some_and(|of| of == table) && says(&opaque.definition, column)
        }
        Object::Sequence(sequence) => {
            sequence.owned_by.as_ref().is_some_and(|(owner, of)| owner == table && of == column)
        }
        Object::Namespace(_)
        | Object::Extension(_)
        | Object::Enum(_)
        | Object::Domain(_)
        | Object::View(_)
        | Object::Routine(_) => false,
    })
}

/// Whether a view shows or uses the column.
fn reads_view(schema: &Schema, table: &ObjectName, column: &str) -> bool {
    schema.objects.values().any(|object| {
        let Object::View(view) = object else { return false };
        shows(view, table, column, schema.engine)
    })
}

fn shows(view: &View, table: &ObjectName, column: &str, engine: Engine) -> bool {
    let query = view.query.text();
    let says = |name: &str| mentions(query, name, engine);
    says(&table.name) && (says(column) || query.contains('*'))
}

/// A table and a column of it.
type Place = (ObjectName, String);
