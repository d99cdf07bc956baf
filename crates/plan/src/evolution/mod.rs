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
mod rename_column;
mod rename_enum_value;
mod rename_table;
mod retype;
mod split_columns;
mod trigger;
mod turn;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{Object, ObjectId, ObjectKind, ObjectName, Pair, Schema};

use crate::autogenerate::{Aim, Draft, DraftError, Link, Renames};
use crate::diff::{DiffOptions, diff};
use crate::fold::type_name;
use crate::revision::{Part, Phase};
use crate::words::mentions;
use crate::{Change, Choices, Dialect, Question};

pub use fill::Fill;
use middle::{Middle, Told};
pub(crate) use turn::is_second_column;

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
}

/// The changes that lead from the schema at the head of the history to the one that the models describe, each in the
/// safest form that it has.
pub fn evolve(schemas: Pair<Schema>, dialect: &dyn Dialect, choices: &Choices) -> Result<Evolution, DraftError> {
    let aim = Aim::of(schemas, dialect, choices)?;
    if aim.is_reached() || choices.plain {
        return Ok(plain(aim.drafted(dialect, choices)?, None));
    }
    let mut replaced = rename_column::replaced(&aim, dialect, choices);
    replaced.extend(rename_enum_value::replaced(&aim));
    let kept = aim.renames.changes.iter().filter(|change| !replaced.contains(change));
    let renames = Renames::of_changes(&aim.start, kept, dialect)?;
    let stand_ins = rename_table::stand_ins(&aim, &renames, dialect);
    let Some(middle) =
        Middle::of(&renames.after, &aim.target, dialect, choices, Told { replaced: &replaced, stand_ins })
    else {
        return Ok(plain(aim.drafted(dialect, choices)?, None));
    };
    if let Some(name) = names::clash(&middle.schema) {
        return Ok(plain(aim.drafted(dialect, choices)?, Some(PlainBecause::NameTaken(name))));
    }
    match chain(&aim, &renames, middle, dialect, choices) {
        Ok(evolution) => Ok(evolution),
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
    Evolution { changes, links, questions, plain_because: because }
}

fn chain(
    aim: &Aim,
    renames: &Renames,
    middle: Middle<'_>,
    dialect: &dyn Dialect,
    choices: &Choices,
) -> Result<Evolution, DraftError> {
    let Middle { schema, mut fills, known, answered, stragglers, keepers, turns, conversions, stand_ins, .. } = middle;
    // What one link converted, the next must not convert again.
    let converting = |schemas: Pair<&Schema>| {
        let mut usings = choices.usings.clone();
        usings.retain(|(table, column), _| is_converted(schemas, table, column, dialect));
        usings
    };
    let mut first = Choices { usings: converting(Pair::new(&renames.after, &schema)), ..choices.clone() };
    first.backfills.retain(|place, _| !answered.contains(place));
    let mut usings = converting(Pair::new(&schema, &aim.target));
    usings.extend(conversions);
    let last = Choices { usings, backfills: stragglers, ..choices.clone() };
    let mut expand = if stand_ins.is_empty() {
        Link { start: &aim.start, renames, target: &schema }.drafted(dialect, &first, &known)?
    } else {
        let (renamed, reached) = rename_table::first(aim, renames, &stand_ins, dialect)?;
        let none = Renames::of_changes(&reached, [], dialect)?;
        renamed.then(Link { start: &reached, renames: &none, target: &schema }.drafted(dialect, &first, &known)?)
    };
    let none = Renames::of_changes(&schema, [], dialect)?;
    let mut contract = if turns.is_empty() {
        Link { start: &schema, renames: &none, target: &aim.target }.drafted(dialect, &last, &known)?
    } else {
        let ready = turn::ready(&schema, &turns, &aim.target, dialect)?;
        let turned = turn::renames(&ready, &turns, &keepers, &aim.target, dialect)?;
        let first = Link { start: &schema, renames: &none, target: &ready }.drafted(dialect, &last, &known)?;
        first.then(Link { start: &ready, renames: &turned, target: &aim.target }.drafted(dialect, &last, &known)?)
    };

    rename_table::finish(&mut expand, &stand_ins, dialect)?;
    rename_table::finish(&mut contract, &stand_ins, dialect)?;
    let mut questions = aim.questions.clone();
    for question in expand.questions.iter().chain(&contract.questions) {
        if !questions.contains(question) {
            questions.push(question.clone());
        }
    }
    let link = |phase, draft, fills, words| EvolutionLink { phase: Some(phase), part: None, draft, fills, words };
    for fill in &mut fills {
        fill.into_new = expand.changes.iter().any(|change| fill.is_into(change));
    }
    let filled = fills.iter().map(Fill::describe).collect();
    let expand_words = words::of(&expand.changes, &keepers);
    // As people see it, whatever ways it takes there.
    let seen = diff(Pair::new(&schema, &aim.target), dialect, &DiffOptions::default());
    let seen: Vec<Change> = seen.into_iter().filter(|change| !turn::is_hidden(change, &turns)).collect();
    let contract_words = words::of(&seen, &keepers);
    let mut links = vec![
        link(Phase::Expand, expand, Vec::new(), expand_words),
        link(Phase::Backfill, Draft::default(), fills, filled),
        link(Phase::Contract, contract, Vec::new(), contract_words),
    ];
    links.retain(|link| !link.is_empty());
    let of = links.len() as u32;
    for (link, number) in links.iter_mut().zip(1..) {
        link.part = Some(Part { number, of });
    }
    // What no statement is about is asked above the first; what would be lost without an answer, also where it goes.
    if let Some(first) = links.first_mut() {
        first.draft.ask(aim.questions.clone());
    }
    if let Some(last) = links.iter_mut().find(|link| link.phase == Some(Phase::Contract)) {
        last.draft.ask(aim.questions.iter().filter(|question| would_lose(question)).cloned().collect());
    }
    let changes = aim.renames.changes.iter().chain(&aim.changes).cloned().collect();
    Ok(Evolution { changes, links, questions, plain_because: None })
}

/// Whether the column has another type on the other side, or its type other values.
fn is_converted(schemas: Pair<&Schema>, table: &ObjectName, column: &str, dialect: &dyn Dialect) -> bool {
    let column = |schema: &Schema| schema.table(table).and_then(|found| found.column(column)).cloned();
    let (Some(from), Some(to)) = (column(schemas.from), column(schemas.to)) else { return false };
    let id = ObjectId::new(ObjectKind::Enum, type_name(&to.ty));
    !dialect.same_type(Pair::new(&from.ty, &to.ty)) || schemas.from.object(&id) != schemas.to.object(&id)
}

/// Whether an answer would have kept what the contract drops.
fn would_lose(question: &Question) -> bool {
    match question {
        Question::RenamedColumn { .. } | Question::RenamedTable { .. } | Question::RenamedEnumValue { .. } => true,
        Question::UnnamedTable { .. }
        | Question::RequiredColumn { .. }
        | Question::NullsInColumn { .. }
        | Question::LossyConversion { .. }
        | Question::UnknownConversion { .. }
        | Question::RemovedEnumValues { .. }
        | Question::ByHand { .. } => false,
    }
}

/// Whether something that is bound to columns reads this one: a view, a policy, a sequence that goes with it.
fn reads(schema: &Schema, table: &ObjectName, column: &str) -> bool {
    let says = |text: &str, name: &str| mentions(text, name, schema.engine);
    schema.objects.values().any(|object| match object {
        Object::View(view) => {
            let query = view.query.text();
            says(query, &table.name) && (says(query, column) || query.contains('*'))
        }
        Object::Opaque(opaque) => {
            opaque.table.as_ref().is_some_and(|of| of == table) && says(&opaque.definition, column)
        }
        Object::Sequence(sequence) => {
            sequence.owned_by.as_ref().is_some_and(|(owner, of)| owner == table && of == column)
        }
        Object::Namespace(_) | Object::Extension(_) | Object::Enum(_) | Object::Domain(_) | Object::Routine(_) => false,
    })
}

/// A table and a column of it.
type Place = (ObjectName, String);
