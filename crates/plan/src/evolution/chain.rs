//! The links over the middle schema.

use whimbrel_schema::{ObjectId, ObjectKind, ObjectName, Pair, Schema};

use super::middle::Middle;
use super::rename_key::Key;
use super::turn::Contract;
use super::{Evolution, EvolutionLink, Fill, rename_key, rename_table, turn, words};
use crate::autogenerate::{Aim, Draft, DraftError, Link, Renames};
use crate::diff::{DiffOptions, diff};
use crate::fold::type_name;
use crate::revision::{Part, Phase};
use crate::{Change, Choices, Dialect, Question};

/// Renames that are done at once, and those that wait for the contract.
#[derive(Clone, Copy)]
pub(super) struct Ways<'a> {
    pub renames: &'a Renames,
    pub keys: &'a [Key],
}

pub(super) fn chain(
    aim: &Aim,
    ways: Ways<'_>,
    middle: Middle<'_>,
    dialect: &dyn Dialect,
    choices: &Choices,
) -> Result<Evolution, DraftError> {
    let Ways { renames, keys } = ways;
    let Middle {
        to: target,
        schema,
        mut fills,
        known,
        answered,
        stragglers,
        keepers,
        turns,
        conversions,
        stand_ins,
        ..
    } = middle;
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
    let mut contract = if turns.is_empty() && keys.is_empty() {
        let none = Renames::of_changes(&schema, [], dialect)?;
        Link { start: &schema, renames: &none, target: &aim.target }.drafted(dialect, &last, &known)?
    } else {
        let (told, target) = (target, &aim.target);
        let contract = Contract { middle: &schema, told, target, turns: &turns, keys, keepers: &keepers, dialect };
        contract.drafted(&last, &known)?
    };

    let narrower = turn::narrower(&turns, target);
    if let Some(first) = expand.upgrade.first_mut().filter(|_| !narrower.is_empty()) {
        first.note = Some(first.note.iter().cloned().chain(narrower).collect::<Vec<_>>().join("\n"));
    }
    rename_table::finish(&mut expand, &stand_ins, dialect);
    rename_table::finish(&mut contract, &stand_ins, dialect);
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
    let hidden = |change: &Change| turn::is_hidden(change, &turns) || rename_key::is_hidden(change, keys);
    let last = diff(Pair::new(&schema, target), dialect, &DiffOptions::default());
    let last = last.into_iter().filter(|change| !hidden(change));
    let seen: Vec<Change> = keys.iter().map(Key::change).chain(last).collect();
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
    Ok(Evolution { changes, links, questions, plain_because: None, at_once: Vec::new() })
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
        | Question::UnknownPartitions { .. }
        | Question::ByHand { .. } => false,
    }
}
