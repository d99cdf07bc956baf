use std::collections::BTreeSet;

use whimbrel_schema::{Object, ObjectId, ObjectName, Pair, Routine};

use super::survey::Survey;
use super::{Items, Planned, Setting, enum_values, view};
use crate::order::Rank;
use crate::words::words;
use crate::{CommentTarget, Step, constraint_index};

pub(super) fn create(object: &Object, survey: &Survey, items: &mut Items) {
    let rank = match object {
        Object::Namespace(_) => Rank::Namespace,
        Object::Extension(_) => Rank::Extension,
        Object::Enum(_) | Object::Domain(_) => Rank::Type,
        Object::Sequence(sequence) if sequence.owned_by.is_some() => Rank::OwnedSequence,
        Object::Sequence(_) => Rank::Sequence,
        Object::Routine(routine) => routine_rank(routine, survey),
        Object::View(found) => {
            items.push(Rank::CreateView, &found.name, view::creation(found));
            return;
        }
        // What else is not modelled cannot be made: it is asked about before anything is planned.
        Object::Opaque(opaque) => {
            let steps = constraint_index::steps(opaque).into_iter().map(Planned::from).collect();
            items.push(Rank::CreateIndex, &opaque.name, steps);
            return;
        }
    };
    let id = object.id();
    let mut steps: Vec<Planned> = vec![create_step(object, false).into()];
    steps.extend(comment_of(object).map(|text| set_comment(&id, text)));
    items.push(rank, &id.name, steps);
}

fn create_step(object: &Object, replace: bool) -> Step {
    Step::CreateObject { object: Box::new(object.clone()), replace, if_not_exists: false }
}

pub(super) fn set_comment(id: &ObjectId, text: String) -> Planned {
    Step::SetComment { on: CommentTarget::Object(id.clone()), to: Some(text) }.into()
}

fn comment_of(object: &Object) -> Option<String> {
    match object {
        Object::Namespace(it) => it.comment.clone(),
        Object::Enum(it) => it.comment.clone(),
        Object::Domain(it) => it.comment.clone(),
        Object::Sequence(it) => it.comment.clone(),
        Object::View(it) => it.comment.clone(),
        Object::Routine(it) => it.comment.clone(),
        Object::Extension(_) | Object::Opaque(_) => None,
    }
}

/// A function that tables call comes before them; one that reads tables or views comes after those.
fn routine_rank(routine: &Routine, survey: &Survey) -> Rank {
    if survey.called_by_tables.contains(&routine.name.name.to_lowercase()) {
        return Rank::RoutineForTables;
    }
    let body = routine.definition.replace("$$", " ");
    let reads_view = !survey.created_views.is_empty()
        && words(&body).iter().any(|word| survey.created_views.contains(&word.text.to_lowercase()));
    if reads_view { Rank::RoutineForViews } else { Rank::Routine }
}

pub(super) fn drop(setting: &Setting<'_>, object: &Object, items: &mut Items) {
    let goes = |table: &ObjectName| setting.schemas.to.table(table).is_none();
    let rank = match object {
        Object::Namespace(_) => Rank::DropNamespace,
        Object::Extension(_) => Rank::DropExtension,
        Object::Enum(_) | Object::Domain(_) => Rank::DropType,
        Object::Sequence(sequence) => {
            // It goes with its column.
            let owner = sequence.owned_by.as_ref();
            let follows = owner.is_some_and(|(table, column)| {
                goes(table) || setting.schemas.to.table(table).is_some_and(|found| found.column(column).is_none())
            });
            if follows {
                return;
            }
            Rank::DropSequence
        }
        Object::View(_) => Rank::DropView,
        Object::Routine(_) => Rank::DropRoutine,
        Object::Opaque(_) => return,
    };
    let step = Step::DropObject { object: object.id(), if_exists: false, cascade: false };
    items.push(rank, &object.id().name, vec![step.into()]);
}

pub(super) fn alter(
    setting: &Setting<'_>,
    object: &Pair<Object>,
    survey: &Survey,
    remade: &BTreeSet<ObjectName>,
    items: &mut Items,
) {
    let id = object.to.id();
    let altered = || vec![Planned::from(Step::AlterObject { to: Box::new(object.to.clone()) })];
    match (&object.from, &object.to) {
        (Object::Enum(from), Object::Enum(to)) => {
            enum_values::steps(setting, &Pair::new(from.clone(), to.clone()), items);
        }
        (_, Object::View(to)) => {
            if !remade.contains(&to.name) {
                items.push(Rank::CreateView, &id.name, altered());
            }
        }
        (Object::Routine(from), Object::Routine(to)) => {
            let rank = routine_rank(to, survey);
            if signature(from) == signature(to) {
                items.push(rank, &id.name, vec![create_step(&object.to, true).into()]);
            } else {
                let drop = Step::DropObject { object: object.from.id(), if_exists: false, cascade: false };
                items.push(Rank::DropView, &id.name, vec![drop.into()]);
                create(&object.to, survey, items);
            }
        }
        (_, Object::Sequence(to)) => {
            let rank = if to.owned_by.is_some() { Rank::OwnedSequence } else { Rank::Sequence };
            items.push(rank, &id.name, altered());
        }
        (_, Object::Extension(_)) => items.push(Rank::Extension, &id.name, altered()),
        (_, Object::Domain(_)) => items.push(Rank::Type, &id.name, altered()),
        (_, Object::Namespace(_) | Object::Enum(_) | Object::Routine(_) | Object::Opaque(_)) => {}
    }
}

/// Everything up to the body: what `CREATE OR REPLACE` has to leave as it is.
fn signature(routine: &Routine) -> Vec<String> {
    (words(&routine.definition).iter())
        .take_while(|word| !word.is_keyword("AS") && !word.is_keyword("LANGUAGE"))
        .filter(|word| !["CREATE", "OR", "REPLACE", "public"].iter().any(|keyword| word.is_keyword(keyword)))
        .filter(|word| !word.is_symbol("."))
        .map(|word| word.text.to_lowercase())
        .collect()
}
