//! What was measured beside what was predicted. Where more happened than was said, whimbrel is wrong, and says so.

use whimbrel_plan::review::{Blocks, Prediction, Touch, Touched, Work};
use whimbrel_plan::{DataChange, Step, Understanding};
use whimbrel_schema::ObjectName;

use super::foretell::Foretold;
use super::gauge::{Fate, Gauge, Reading, RelationKind, RelationReading};

/// In words, everything that happened and was not foretold.
pub(super) fn under(foretold: &Foretold, reading: &Reading, gauge: &dyn Gauge) -> Vec<String> {
    let mut found = Vec::new();
    for relation in &reading.relations {
        compare(foretold, relation, reading, gauge, &mut found);
    }
    found
}

fn compare(
    foretold: &Foretold,
    measured: &RelationReading,
    reading: &Reading,
    gauge: &dyn Gauge,
    found: &mut Vec<String>,
) {
    let touches = touches(&foretold.prediction, measured, reading);
    let shown = match &measured.on {
        Touched::Relation(name) => format!("`{name}`"),
        Touched::Database | Touched::Unnamed => "the database".to_string(),
    };
    // What waits for a part of a table is told of the table, in the words of the table's lock.
    if measured.part_of.is_none() {
        let own = !is_of_the_transaction(&foretold.understanding, measured);
        for lock in measured.locks.iter().filter(|_| own) {
            if !touches.iter().any(|touch| gauge.includes(&touch.lock.name, &lock.name)) {
                found.push(format!("{shown} was locked in {}, and nothing so strong was predicted", lock.name));
            }
        }
    } else {
        let predicted = touches.iter().map(|touch| touch.lock.blocks).max().unwrap_or(Blocks::Nothing);
        if measured.blocks() > predicted {
            let names: Vec<&str> = measured.locks.iter().map(|lock| lock.name.as_str()).collect();
            found.push(format!("{shown} was locked in {}, and its table was not predicted to be", names.join(", ")));
        }
    }
    let has = |wanted: &[Work]| touches.iter().any(|touch| touch.work.iter().any(|work| wanted.contains(work)));
    let empties = only_empties(&foretold.understanding);
    match (measured.kind, measured.fate) {
        (RelationKind::Table, Fate::Rewritten) if !has(&[Work::Rewrite]) && !empties => {
            found.push(format!("{shown} was written anew, and that was not predicted"));
        }
        // One on a table that the same statement makes is no work on what is there.
        (RelationKind::Index, Fate::Made | Fate::Rewritten)
            if !has(&[Work::Rewrite, Work::BuildIndex]) && !empties && !is_on_new(measured, reading) =>
        {
            found.push(format!("the index {shown} was built, and that was not predicted"));
        }
        (_, _) => {}
    }
    let read = measured.rows_read.unwrap_or_default() > 0 && matches!(measured.on, Touched::Relation(_));
    if read && measured.fate != Fate::Made && touches.iter().all(|touch| touch.work.is_empty()) {
        found.push(format!("{shown} was read from end to end, and that was not predicted"));
    }
}

/// Touches of the relation, of the table that it belongs to, of what belongs to it, and of everything.
fn touches<'p>(prediction: &'p Prediction, measured: &RelationReading, reading: &Reading) -> Vec<&'p Touch> {
    let Touched::Relation(name) = &measured.on else { return prediction.touches.iter().collect() };
    let parts = reading.relations.iter().filter(|part| part.part_of.as_ref() == Some(name));
    let parts: Vec<&ObjectName> = parts
        .filter_map(|part| match &part.on {
            Touched::Relation(name) => Some(name),
            Touched::Database | Touched::Unnamed => None,
        })
        .collect();
    let table = measured.part_of.as_ref();
    let about = |touch: &&Touch| {
        touch.is_on(name)
            || table.is_some_and(|table| touch.is_on(table))
            || touch.relation().is_some_and(|touched| parts.contains(&touched))
    };
    prediction.touches.iter().filter(about).collect()
}

fn is_on_new(measured: &RelationReading, reading: &Reading) -> bool {
    let Some(table) = &measured.part_of else { return true };
    reading
        .relations
        .iter()
        .any(|other| other.fate == Fate::Made && matches!(&other.on, Touched::Relation(name) if name == table))
}

/// The one lock of a whole file is held from the beginning of its transaction, also while nothing but the session is set.
fn is_of_the_transaction(understanding: &Understanding, measured: &RelationReading) -> bool {
    let steps = understanding.steps();
    let sets = |step: &Step| matches!(step, Step::SetSession { .. });
    matches!(measured.on, Touched::Database) && !steps.is_empty() && steps.iter().all(sets)
}

/// TRUNCATE gives a relation a new, empty file: that is no rewriting.
fn only_empties(understanding: &Understanding) -> bool {
    understanding.steps().iter().any(|step| matches!(step, Step::ChangeData { change: DataChange::Truncate, .. }))
}
