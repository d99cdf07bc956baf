//! Views, triggers, routines and databases.

use std::collections::BTreeMap;

use whimbrel_plan::Step;
use whimbrel_schema::{
    Expression, Namespace, Object, ObjectId, ObjectKind, ObjectName, Opaque, Routine, RoutineKind, Trigger, View,
};

use super::super::reader::{Read, Reader};
use super::super::statement::Statement;
use super::super::token::Kind;

/// `ALGORITHM = …`, `DEFINER = …`, `SQL SECURITY …`, in front of what is made.
pub(super) fn attributes(reader: &mut Reader<'_>) -> Read<()> {
    loop {
        if reader.take("ALGORITHM") {
            reader.take_symbol("=");
            reader.name()?;
        } else if reader.take("DEFINER") {
            reader.take_symbol("=");
            reader.value()?;
            if reader.is_symbol("(") {
                reader.brackets()?;
            } else if reader.peek().is_some_and(|token| token.kind == Kind::Variable) {
                reader.skip();
            }
        } else if reader.take_all(&["SQL", "SECURITY"]) {
            reader.name()?;
        } else if !reader.take("AGGREGATE") {
            return Ok(());
        }
    }
}

/// From behind `VIEW`.
pub(super) fn view(reader: &mut Reader<'_>, replace: bool) -> Read<Statement> {
    let if_not_exists = reader.if_not_exists();
    let name = reader.object_name()?;
    let columns = if reader.is_symbol("(") { reader.names_in_brackets()? } else { Vec::new() };
    reader.expect("AS")?;
    let query = Expression::new(reader.rest());
    let (materialized, options, comment) = (false, BTreeMap::new(), None);
    let view = View { name, materialized, columns, query, options, indexes: Vec::new(), triggers: Vec::new(), comment };
    Ok(create(Object::View(view), replace, if_not_exists))
}

/// From behind `TRIGGER`.
pub(super) fn trigger(reader: &mut Reader<'_>, replace: bool) -> Read<Statement> {
    if replace {
        return reader.stop("whether there is a trigger to replace is not known");
    }
    reader.if_not_exists();
    let name = reader.object_name()?.name;
    while !reader.take("ON") {
        if reader.take_one_of(&["BEFORE", "AFTER", "INSERT", "UPDATE", "DELETE", "OR"]).is_none() {
            return reader.stop("`ON` is missing");
        }
    }
    let table = reader.object_name()?;
    reader.expect("FOR")?;
    reader.rest();
    let trigger = Trigger { name, definition: reader.text().to_string(), enabled: true, comment: None };
    Ok(Statement::Steps(vec![Step::CreateTrigger { table, trigger: Box::new(trigger) }]))
}

/// From behind `PROCEDURE` or `FUNCTION`.
pub(super) fn routine(reader: &mut Reader<'_>, kind: RoutineKind, replace: bool) -> Read<Statement> {
    let if_not_exists = reader.if_not_exists();
    let name = reader.object_name()?;
    if !reader.is_symbol("(") {
        return reader.stop("`(` is missing");
    }
    reader.rest();
    // MySQL has one routine of a name, whatever its arguments.
    let definition = reader.text().to_string();
    let routine = Routine { name, kind, arguments: String::new(), definition, comment: None };
    Ok(create(Object::Routine(routine), replace, if_not_exists))
}

/// From behind `EVENT`.
pub(super) fn event(reader: &mut Reader<'_>, replace: bool) -> Read<Statement> {
    let if_not_exists = reader.if_not_exists();
    let name = reader.object_name()?;
    reader.expect("ON")?;
    reader.expect("SCHEDULE")?;
    reader.rest();
    let definition = reader.text().to_string();
    let event = Opaque { kind: "event".to_string(), name, table: None, definition };
    Ok(create(Object::Opaque(event), replace, if_not_exists))
}

/// From behind `DATABASE` or `SCHEMA`.
pub(super) fn database(reader: &mut Reader<'_>, replace: bool) -> Read<Statement> {
    let if_not_exists = reader.if_not_exists();
    let name = reader.name()?;
    reader.rest();
    Ok(create(Object::Namespace(Namespace { name, comment: None }), replace, if_not_exists))
}

fn create(object: Object, replace: bool, if_not_exists: bool) -> Statement {
    Statement::Steps(vec![Step::CreateObject { object: Box::new(object), replace, if_not_exists }])
}

/// From behind `DROP`, of what is no table and no index.
pub(super) fn drop_object(reader: &mut Reader<'_>) -> Read<Statement> {
    let word = ["VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "DATABASE", "SCHEMA"];
    let Some(word) = reader.take_one_of(&word) else {
        return reader.stop(format!("what becomes of `{}` is not followed", reader.here()));
    };
    let if_exists = reader.if_exists();
    let mut steps = Vec::new();
    loop {
        let name = reader.object_name()?;
        steps.push(match word {
            "TRIGGER" => Step::DropTrigger { table: None, name: name.name, if_exists },
            _ => Step::DropObject { object: id(word, name), if_exists, cascade: false },
        });
        if word != "VIEW" || !reader.take_symbol(",") {
            break;
        }
    }
    reader.take_one_of(&["RESTRICT", "CASCADE"]);
    Ok(Statement::Steps(steps))
}

fn id(word: &str, name: ObjectName) -> ObjectId {
    let (kind, detail) = match word {
        "VIEW" => (ObjectKind::View, None),
        "PROCEDURE" | "FUNCTION" => (ObjectKind::Routine, Some(String::new())),
        "EVENT" => (ObjectKind::Opaque, Some("event".to_string())),
        _ => (ObjectKind::Namespace, None),
    };
    ObjectId { kind, name, detail }
}
