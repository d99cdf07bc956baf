//! What is not a table: views, triggers, policies, comments, and what their statements lock.

use whimbrel_plan::CommentTarget;
use whimbrel_plan::review::{Danger, Work};
use whimbrel_schema::{Object, ObjectId, ObjectKind, ObjectName, Opaque, Trigger, View};

use super::draft::Draft;
use super::locks::Mode;
use super::{dropped, relations, tables};
use crate::postgres::understand::aside::{self, Aside, Upkeep};

pub(super) fn create(draft: &mut Draft<'_>, object: &Object, replace: bool, aside: &Aside) {
    match object {
        Object::View(view) => create_view(draft, view, replace, aside),
        Object::Sequence(sequence) => {
            if let Some((table, _)) = &sequence.owned_by {
                draft.lock(table, Mode::AccessShare);
            }
        }
        Object::Opaque(opaque) => create_opaque(draft, opaque, aside),
        // What it names is looked up when it is made.
        Object::Routine(routine) if is_in_sql(&routine.definition) => draft.lock_unknown(Mode::AccessShare),
        // None of them is a relation, and none is used by one yet.
        Object::Namespace(_) | Object::Extension(_) | Object::Enum(_) | Object::Domain(_) | Object::Routine(_) => {}
    }
}

/// Whether its body is SQL, which is checked as a query is; other languages read it when it is called.
fn is_in_sql(definition: &str) -> bool {
    let words: Vec<String> = definition.split_whitespace().map(str::to_ascii_lowercase).collect();
    let named = words.windows(2).filter_map(|pair| match pair {
        [word, language] if word == "language" => Some(language.trim_matches(|it: char| !it.is_alphanumeric())),
        _ => None,
    });
    // Without a name it is that of the standard's own form, `BEGIN ATOMIC` or `RETURN`.
    let mut named = named.peekable();
    named.peek().is_none() || named.any(|language| language == "sql")
}

fn create_view(draft: &mut Draft<'_>, view: &View, replace: bool, aside: &Aside) {
    for relation in &aside.reads {
        reads(draft, relation, view.materialized && !aside.no_data);
    }
    let there = relations::view(draft.schema(), &view.name).is_some() || !draft.at.complete;
    if replace && there {
        draft.lock(&view.name, Mode::AccessExclusive);
        draft.danger(Danger::BreaksPrepared { table: view.name.clone() });
    }
}

/// The relation, and, where it is a view, what the view reads.
pub(super) fn reads(draft: &mut Draft<'_>, relation: &ObjectName, scans: bool) {
    let mut queue = vec![relation.clone()];
    let mut seen: Vec<ObjectName> = Vec::new();
    while let Some(name) = queue.pop() {
        if seen.contains(&name) {
            continue;
        }
        let view = relations::view(draft.schema(), &name);
        // A materialized view is read like a table.
        match view.filter(|view| !view.materialized) {
            Some(view) => {
                draft.lock(&name, Mode::AccessShare);
                let below = aside::read(view.query.text()).unwrap_or_default();
                queue.extend(below.reads);
            }
            None if scans => draft.work_family(&name, Mode::AccessShare, Work::Scan),
            None => draft.lock_family(&name, Mode::AccessShare),
        }
        seen.push(name);
    }
}

fn create_opaque(draft: &mut Draft<'_>, opaque: &Opaque, aside: &Aside) {
    match (opaque.kind.as_str(), &opaque.table) {
        ("policy" | "rule" | "replica identity", Some(table)) => {
            let (table, named) = (table.clone(), aside.reads.clone());
            draft.lock(&table, Mode::AccessExclusive);
            for relation in named {
                reads(draft, &relation, false);
            }
        }
        ("statistics", _) => dropped::statistics_table(draft, &opaque.definition),
        ("publication", _) => {
            if let Some(Upkeep::Publication { tables }) = &aside.upkeep {
                for table in tables {
                    draft.lock_family(table, Mode::ShareUpdateExclusive);
                }
            }
        }
        (_, _) => {}
    }
}

pub(super) fn create_trigger(draft: &mut Draft<'_>, table: &ObjectName, trigger: &Trigger) {
    // One for each row is made on every partition; one for each statement on the table alone.
    if trigger.definition.contains(" FOR EACH ROW") {
        draft.lock_family(table, Mode::ShareRowExclusive);
    } else {
        draft.lock(table, Mode::ShareRowExclusive);
    }
    if let Some(from) = aside::from_table(&trigger.definition) {
        draft.lock(&from, Mode::AccessShare);
    }
}

pub(super) fn rename(draft: &mut Draft<'_>, object: &ObjectId, to: &ObjectName) {
    match object.kind {
        ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence => {
            tables::rename(draft, &object.name, to);
        }
        ObjectKind::Namespace => {
            let what = format!("everything that is named within `{}`", object.name);
            draft.danger(Danger::Breaks { what });
        }
        ObjectKind::Routine => {
            for routine in relations::routines_naming(draft.schema(), &object.name, None) {
                if routine.name != object.name {
                    let what = format!("function `{}` calls `{}`", routine.name, object.name);
                    draft.danger(Danger::Breaks { what });
                }
            }
        }
        ObjectKind::Extension | ObjectKind::Enum | ObjectKind::Domain | ObjectKind::Opaque => {}
    }
}

/// Planned and not read: rendered as other statements, none of which does more.
pub(super) fn alter(draft: &mut Draft<'_>, to: &Object) {
    match to {
        Object::View(view) => draft.lock(&view.name, Mode::AccessExclusive),
        Object::Sequence(sequence) => draft.lock(&sequence.name, Mode::ShareRowExclusive),
        Object::Domain(domain) => {
            for table in dropped::users_of_type(draft.schema(), &domain.name) {
                draft.work_family(&table, Mode::Share, Work::Scan);
            }
        }
        Object::Namespace(_) | Object::Extension(_) | Object::Enum(_) | Object::Routine(_) | Object::Opaque(_) => {}
    }
}

pub(super) fn set_view_options<'k>(draft: &mut Draft<'_>, view: &ObjectId, keys: impl Iterator<Item = &'k String>) {
    match view.kind {
        ObjectKind::MaterializedView => draft.lock(&view.name, tables::storage_mode(keys)),
        ObjectKind::View
        | ObjectKind::Namespace
        | ObjectKind::Extension
        | ObjectKind::Enum
        | ObjectKind::Domain
        | ObjectKind::Sequence
        | ObjectKind::Routine
        | ObjectKind::Opaque => draft.lock(&view.name, Mode::AccessExclusive),
    }
}

pub(super) fn comment(draft: &mut Draft<'_>, on: &CommentTarget) {
    match on {
        CommentTarget::Table(relation) | CommentTarget::Column(relation, _) | CommentTarget::Index(relation) => {
            draft.lock(relation, Mode::ShareUpdateExclusive)
        }
        // They are no relations: they are locked themselves, and their table only looked up.
        CommentTarget::Constraint(relation, _) | CommentTarget::Trigger(relation, _) => {
            draft.lock(relation, Mode::AccessShare);
        }
        CommentTarget::Object(object) => match object.kind {
            ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence => {
                draft.lock(&object.name, Mode::ShareUpdateExclusive);
            }
            ObjectKind::Namespace
            | ObjectKind::Extension
            | ObjectKind::Enum
            | ObjectKind::Domain
            | ObjectKind::Routine
            | ObjectKind::Opaque => {}
        },
    }
}
