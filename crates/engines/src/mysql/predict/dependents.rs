//! What names a table or a column and is not changed with it: views, triggers, routines, events. The server lets the
//! change pass, and each of them fails when it is next used.

use whimbrel_plan::review::{Circumstances, Danger};
use whimbrel_schema::{Object, ObjectName, RoutineKind, Trigger};

use super::super::naming::{same, unquote};
use super::super::statement::Change;
use super::super::token::{Kind, tokens};

/// What is gone under its old name.
#[derive(Clone, Copy)]
pub(super) enum Gone<'a> {
    Table(&'a ObjectName),
    /// Its triggers stay with a table that gets another name.
    Renamed(&'a ObjectName),
    Column(&'a ObjectName, &'a str),
}

pub(super) fn of_change(change: &Change, table: &ObjectName, at: &Circumstances<'_>) -> Vec<Danger> {
    match change {
        Change::DropColumn { column, .. } => broken(Gone::Column(table, column), at),
        Change::RenameColumn { from, .. } => broken(Gone::Column(table, from), at),
        Change::Redefine { from, column, .. } if !same(from, &column.name) => broken(Gone::Column(table, from), at),
        Change::Rename { .. } => broken(Gone::Renamed(table), at),
        Change::Redefine { .. }
        | Change::AddColumn { .. }
        | Change::SetDefault { .. }
        | Change::AddKey { .. }
        | Change::DropPrimary
        | Change::DropIndex { .. }
        | Change::DropForeign { .. }
        | Change::DropConstraint { .. }
        | Change::RenameIndex { .. }
        | Change::ShowIndex
        | Change::EnforceCheck { .. }
        | Change::Convert { .. }
        | Change::Option { .. }
        | Change::Force
        | Change::OrderBy
        | Change::Keys
        | Change::Tablespace { .. }
        | Change::Partition(_) => Vec::new(),
    }
}

pub(super) fn broken(gone: Gone<'_>, at: &Circumstances<'_>) -> Vec<Danger> {
    let what = gone.words();
    let of_objects = at.before.objects.values().filter_map(|object| {
        let (kind, name, text) = text_of(object)?;
        // A live server hides the text from who may not see it.
        if text.trim().is_empty() {
            return Some(format!("{kind} `{name}`, whose text cannot be seen here, may name {what}"));
        }
        gone.is_named_in(&text).then(|| format!("{kind} `{name}` names {what}"))
    });
    let tables = at.before.tables.values();
    let triggers = tables.flat_map(|table| table.triggers.iter().map(move |trigger| (&table.name, trigger)));
    let of_triggers = triggers
        .filter(|(on, trigger)| gone.breaks(on, trigger))
        .map(|(on, trigger)| format!("trigger `{}` of `{on}` names {what}", trigger.name));
    of_objects.chain(of_triggers).map(|what| Danger::Breaks { what }).collect()
}

fn text_of(object: &Object) -> Option<(&str, &ObjectName, String)> {
    match object {
        Object::View(view) => Some(("view", &view.name, view.query.to_string())),
        Object::Routine(routine) => {
            let kind = match routine.kind {
                RoutineKind::Procedure => "procedure",
                RoutineKind::Function | RoutineKind::Aggregate => "function",
            };
            Some((kind, &routine.name, routine.definition.clone()))
        }
        Object::Opaque(opaque) if opaque.kind == "event" => Some(("event", &opaque.name, opaque.definition.clone())),
        Object::Opaque(_)
        | Object::Namespace(_)
        | Object::Extension(_)
        | Object::Enum(_)
        | Object::Domain(_)
        | Object::Sequence(_) => None,
    }
}

impl Gone<'_> {
    fn words(&self) -> String {
        match self {
            Gone::Table(table) | Gone::Renamed(table) => format!("`{table}`"),
            Gone::Column(table, column) => format!("`{table}.{column}`"),
        }
    }

    fn is_named_in(&self, text: &str) -> bool {
        match self {
            Gone::Table(table) | Gone::Renamed(table) => has_name(text, &table.name),
            Gone::Column(table, column) => has_name(text, &table.name) && has_name(text, column),
        }
    }

    fn breaks(&self, on: &ObjectName, trigger: &Trigger) -> bool {
        let own = |table: &ObjectName| same(&on.name, &table.name);
        // What it does: in front of that stand its own name and its table's.
        let body = body(&trigger.definition);
        match self {
            Gone::Table(table) | Gone::Renamed(table) => !own(table) && has_name(body, &table.name),
            Gone::Column(table, column) => (own(table) || has_name(body, &table.name)) && has_name(body, column),
        }
    }
}

fn body(definition: &str) -> &str {
    let mut row = tokens(definition).skip_while(|token| !token.is_word("EACH"));
    row.nth(1).and_then(|row| definition.get(row.end()..)).unwrap_or(definition)
}

/// Whether the text names it, not in a literal or a comment.
fn has_name(text: &str, name: &str) -> bool {
    tokens(text).any(|token| match token.kind {
        Kind::Word | Kind::Quoted => same(&unquote(token.text), name),
        // Under ANSI_QUOTES a name.
        Kind::Text => token.text.starts_with('"') && same(&unquote(token.text), name),
        Kind::Number | Kind::Variable | Kind::Symbol | Kind::Executable => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_count() {
        let view = "select `email`.`id` AS `id` from `email` where `email`.`state` = 'subject'";
        let column = |name: &'static str| Gone::Column(table(), name).is_named_in(view);
        assert!(column("id") && column("STATE") && !column("subject"));
        let definition = "CREATE TRIGGER `subject` BEFORE INSERT ON `email` FOR EACH ROW SET NEW.size = 1";
        assert!(!has_name(body(definition), "subject") && has_name(body(definition), "size"));
    }

    fn table() -> &'static ObjectName {
        static TABLE: std::sync::LazyLock<ObjectName> = std::sync::LazyLock::new(|| ObjectName::new("email"));
        &TABLE
    }
}
