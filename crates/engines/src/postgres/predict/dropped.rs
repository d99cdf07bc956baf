//! What goes, and who has to let go of it.

use whimbrel_plan::Step;
use whimbrel_plan::review::{Danger, Held};
use whimbrel_schema::{ColumnType, Generation, Object, ObjectId, ObjectKind, ObjectName, Schema, Table};

use super::draft::Draft;
use super::locks::Mode;
use super::{columns, relations};

pub(super) fn table(draft: &mut Draft<'_>, table: &ObjectName, if_exists: bool, cascade: bool) {
    let schema = draft.schema();
    let Some(found) = draft.table(table) else {
        if !(if_exists && draft.at.complete) {
            draft.loses();
            draft.lock(table, Mode::AccessExclusive);
            // The tables that its foreign keys name, and the table that it may be a part of.
            draft.lock_unknown(Mode::AccessExclusive);
        }
        return;
    };
    draft.loses();
    draft.lock_family(table, Mode::AccessExclusive);
    let heirs = schema.tables.values().filter(|other| other.options.inherits.contains(table));
    for heir in heirs
        .filter(|heir| !cascade && !goes_along(draft, &heir.name))
        .map(|heir| heir.name.clone())
        .collect::<Vec<_>>()
    {
        draft.fails(format!("`{heir}` inherits from it"));
    }
    for member in draft.family(table) {
        let Some(member) = schema.table(&member) else { continue };
        for key in relations::foreign_keys(schema, member) {
            draft.lock_family(&key.references, Mode::AccessExclusive);
        }
    }
    if let Some(parent) = relations::parent_of(schema, table).cloned() {
        draft.lock(&parent, Mode::AccessExclusive);
        if let Some(default) = relations::default_partition(schema, &parent).cloned() {
            draft.lock_family(&default, Mode::AccessExclusive);
        }
    }
    let mut referencing = relations::referencing(schema, &found.name);
    if let Some(parent) = relations::parent_of(schema, table) {
        // Who refers to the whole refers to its parts.
        referencing.extend(relations::referencing(schema, parent));
    }
    for (other, _) in referencing {
        if other == table || goes_along(draft, other) {
            continue;
        }
        match cascade {
            true => draft.lock_family(other, Mode::AccessExclusive),
            false => draft.fails(format!("`{other}` refers to it with a foreign key")),
        }
    }
    views(draft, table, None, cascade);
    if !draft.at.complete {
        draft.lock_unknown(Mode::AccessExclusive);
    }
    for routine in relations::routines_naming(schema, table, None) {
        draft.danger(Danger::Breaks { what: format!("function `{}` names `{table}`", routine.name) });
    }
}

/// Whether the same statement drops that one as well.
fn goes_along(draft: &Draft<'_>, other: &ObjectName) -> bool {
    draft.steps.iter().any(|step| matches!(step, whimbrel_plan::Step::DropTable { table, .. } if table == other))
}

/// Views over what goes: gone with CASCADE, and the reason to refuse without it.
fn views(draft: &mut Draft<'_>, relation: &ObjectName, column: Option<&str>, cascade: bool) {
    let over: Vec<ObjectName> =
        relations::views_over(draft.schema(), relation, column).into_iter().map(|view| view.name.clone()).collect();
    for view in over {
        match cascade {
            true => draft.lock(&view, Mode::AccessExclusive),
            false => draft.fails(format!("view `{view}` reads it")),
        }
    }
}

pub(super) fn column(draft: &mut Draft<'_>, table: &ObjectName, column: &str, if_exists: bool, cascade: bool) {
    columns::plain(draft, table);
    let Some(found) = draft.table(table) else {
        draft.loses();
        draft.danger(Danger::BreaksPrepared { table: table.clone() });
        draft.lock_unknown(Mode::AccessExclusive);
        return;
    };
    let whole = draft.whole(table).is_some();
    if if_exists && whole && found.column(column).is_none() {
        return;
    }
    draft.loses();
    draft.danger(Danger::BreaksPrepared { table: table.clone() });
    let schema = draft.schema();
    let has = |columns: &[String]| columns.iter().any(|name| name == column);
    for key in relations::foreign_keys(schema, found).into_iter().filter(|key| has(&key.columns)) {
        draft.lock_family(&key.references, Mode::AccessExclusive);
    }
    if is_key(found, column) {
        for (other, key) in relations::referencing(schema, table) {
            if other == table || !(has(&key.referenced_columns) || key.referenced_columns.is_empty()) {
                continue;
            }
            match cascade {
                true => draft.lock_family(other, Mode::AccessExclusive),
                false => draft.fails(format!("`{other}` refers to it with a foreign key")),
            }
        }
    }
    if !draft.at.complete {
        draft.lock_unknown(Mode::AccessExclusive);
    }
    views(draft, table, Some(column), cascade);
    if !cascade {
        in_the_way(draft, found, column);
    }
    columns::breaks_texts(draft, table, column);
    for trigger in &found.triggers {
        let name = trigger_function(&trigger.definition);
        let routines = schema.objects_of(ObjectKind::Routine);
        let mut routines = routines.filter_map(Object::as_routine);
        let names =
            routines.any(|routine| routine.name.name == name && relations::word_in(&routine.definition, column));
        if names {
            let what = format!("trigger `{}` runs function `{name}`, which names `{column}`", trigger.name);
            draft.danger(Danger::Breaks { what });
        }
    }
}

pub(super) fn trigger(draft: &mut Draft<'_>, table: Option<&ObjectName>, name: &str) {
    let Some(table) = table else { return draft.lock_unknown(Mode::AccessExclusive) };
    let step = draft.steps.iter().find(|step| matches!(step, Step::DropTrigger { name: other, .. } if other == name));
    if step.is_some_and(|step| draft.at.passes_over(step)) {
        // It is looked for under the lock, which is given back.
        draft.hold(Held::Moment);
    }
    let found = draft.table(table).and_then(|table| table.triggers.iter().find(|trigger| trigger.name == name));
    // One for the whole statement stands on the table alone.
    let alone = found.is_some_and(|trigger| !trigger.definition.contains(" FOR EACH ROW"));
    match alone && draft.at.certain {
        true => draft.lock(table, Mode::AccessExclusive),
        false => draft.lock_family(table, Mode::AccessExclusive),
    }
}

/// The function that a trigger's definition ends with.
fn trigger_function(definition: &str) -> String {
    let called = definition.rsplit_once(" EXECUTE FUNCTION ").map_or("", |(_, called)| called);
    let path = called.split('(').next().unwrap_or_default();
    path.rsplit('.').next().unwrap_or_default().trim_matches('"').to_string()
}

fn is_key(table: &Table, column: &str) -> bool {
    let has = |columns: &[String]| columns.iter().any(|name| name == column);
    table.primary_key.as_ref().is_some_and(|key| has(&key.columns))
        || table.uniques.iter().any(|unique| has(&unique.columns))
        || table.indexes.iter().any(|index| index.unique && index.names_column(column))
}

fn in_the_way(draft: &mut Draft<'_>, table: &Table, column: &str) {
    let computed = table.columns.iter().filter(|other| other.name != column).filter(|other| match &other.generation {
        Some(Generation::Stored(expression) | Generation::Virtual(expression)) => {
            relations::reads_column(expression, column)
        }
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => false,
    });
    for other in computed {
        draft.fails(format!("generated column `{}` reads it", other.name));
    }
    for hanger in relations::hangers_on_naming(draft.schema(), &table.name, column) {
        draft.fails(format!("{hanger} reads it"));
    }
}

pub(super) fn object(draft: &mut Draft<'_>, object: &ObjectId, cascade: bool) {
    match object.kind {
        ObjectKind::View | ObjectKind::MaterializedView => {
            draft.lock(&object.name, Mode::AccessExclusive);
            views(draft, &object.name, None, cascade);
            if cascade && !draft.at.complete {
                draft.lock_unknown(Mode::AccessExclusive);
            }
        }
        ObjectKind::Sequence => {
            draft.lock(&object.name, Mode::AccessExclusive);
            draft.loses();
            let users: Vec<ObjectName> = users_of_sequence(draft.schema(), &object.name);
            users_go(draft, users, "a default", cascade);
        }
        ObjectKind::Enum | ObjectKind::Domain => {
            let users = users_of_type(draft.schema(), &object.name);
            if cascade && !users.is_empty() {
                draft.loses();
            }
            users_go(draft, users, "a column", cascade);
        }
        ObjectKind::Namespace => {
            let namespace = object.name.name.as_str();
            let inside = |name: &ObjectName| name.namespace.as_deref() == Some(namespace);
            let tables: Vec<ObjectName> = draft.schema().tables.keys().filter(|name| inside(name)).cloned().collect();
            if cascade {
                draft.loses();
                for name in &tables {
                    table(draft, name, false, true);
                }
                let views = draft.schema().objects.values().filter_map(Object::as_view);
                let views: Vec<ObjectName> = views.map(|view| view.name.clone()).filter(inside).collect();
                for view in views {
                    draft.lock(&view, Mode::AccessExclusive);
                }
                if !draft.at.complete {
                    draft.lock_unknown(Mode::AccessExclusive);
                }
            } else if !tables.is_empty() {
                draft.fails("there is something in it");
            }
        }
        ObjectKind::Extension => {
            draft.undo_is_unknown();
            if cascade {
                draft.lock_unknown(Mode::AccessExclusive);
            }
        }
        ObjectKind::Routine => {
            let users = users_of_routine(draft.schema(), &object.name);
            users_go(draft, users, "a trigger or an expression", cascade);
        }
        ObjectKind::Opaque => opaque(draft, object, cascade),
    }
}

/// Tables that use what goes: changed with CASCADE, the reason to refuse without it.
fn users_go(draft: &mut Draft<'_>, users: Vec<ObjectName>, how: &str, cascade: bool) {
    for user in users {
        match cascade {
            true => draft.lock_family(&user, Mode::AccessExclusive),
            false => draft.fails(format!("{how} of `{user}` uses it")),
        }
    }
    if cascade && !draft.at.complete {
        draft.lock_unknown(Mode::AccessExclusive);
    }
}

fn users_of_sequence(schema: &Schema, sequence: &ObjectName) -> Vec<ObjectName> {
    let uses = |table: &&Table| {
        table.columns.iter().any(|column| {
            matches!(&column.generation, Some(Generation::Serial { sequence: own }) if own == sequence)
                || column.default.as_ref().is_some_and(|default| default.text().contains(&sequence.name))
        })
    };
    schema.tables.values().filter(uses).map(|table| table.name.clone()).collect()
}

pub(super) fn users_of_type(schema: &Schema, ty: &ObjectName) -> Vec<ObjectName> {
    let is = |other: &ColumnType| other.name == ty.name && other.namespace == ty.namespace;
    let uses = |table: &&Table| table.columns.iter().any(|column| is(&column.ty));
    schema.tables.values().filter(uses).map(|table| table.name.clone()).collect()
}

fn users_of_routine(schema: &Schema, routine: &ObjectName) -> Vec<ObjectName> {
    let names = |text: &str| relations::word_in(text, &routine.name);
    let uses = |table: &&Table| {
        table.triggers.iter().any(|trigger| trigger_function(&trigger.definition) == routine.name)
            || table.checks.iter().any(|check| names(check.expression.text()))
            || table.columns.iter().any(|column| column.default.as_ref().is_some_and(|default| names(default.text())))
            || table.indexes.iter().any(|index| {
                index.predicate.as_ref().is_some_and(|predicate| names(predicate.text()))
                    || index.keys.iter().any(|key| match &key.target {
                        whimbrel_schema::IndexTarget::Expression(expression) => names(expression.text()),
                        whimbrel_schema::IndexTarget::Column(_) => false,
                    })
            })
    };
    schema.tables.values().filter(uses).map(|table| table.name.clone()).collect()
}

fn opaque(draft: &mut Draft<'_>, object: &ObjectId, cascade: bool) {
    let (kind, table) = match object.detail.as_deref().map(|detail| detail.split_once(" on ").unwrap_or((detail, ""))) {
        Some((kind, table)) => (kind, table),
        None => ("", ""),
    };
    match kind {
        "policy" | "rule" | "replica identity" => {
            let (namespace, name) = table.rsplit_once('.').map_or((None, table), |(space, name)| (Some(space), name));
            let table = ObjectName { namespace: namespace.map(str::to_string), name: name.to_string() };
            draft.lock(&table, Mode::AccessExclusive);
        }
        "statistics" => match draft.schema().object(object).and_then(Object::as_opaque) {
            Some(opaque) => {
                let definition = opaque.definition.clone();
                statistics_table(draft, &definition);
            }
            None => draft.lock_unknown(Mode::ShareUpdateExclusive),
        },
        "foreign table" => draft.lock(&object.name, Mode::AccessExclusive),
        "conversion" | "event trigger" | "subscription" | "publication" | "foreign data wrapper" | "server"
            if !cascade => {}
        "publication" => draft.lock_unknown(Mode::ShareUpdateExclusive),
        _ if cascade => draft.lock_unknown(Mode::AccessExclusive),
        _ => {}
    }
}

/// `CREATE STATISTICS … FROM table`.
pub(super) fn statistics_table(draft: &mut Draft<'_>, definition: &str) {
    let from = super::aside::from_table(definition);
    match from {
        Some(table) => draft.lock(&table, Mode::ShareUpdateExclusive),
        None => draft.lock_unknown(Mode::ShareUpdateExclusive),
    }
}
