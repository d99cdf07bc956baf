use whimbrel_plan::{EnumPosition, RenderError};
use whimbrel_schema::{Domain, Object, ObjectId, ObjectKind, ObjectName, Opaque, RoutineKind, Schema, Sequence};

use super::{Rendered, cascades, constraints, exists, indexes, name, not_exists, sequences, unsupported, views};
use crate::postgres::quote::{literal, quote};
use crate::postgres::types;

pub(super) fn create(object: &Object, replace: bool, if_not_exists: bool) -> Rendered {
    let unless = not_exists(if_not_exists);
    Ok(vec![match object {
        Object::Namespace(it) => format!("CREATE SCHEMA {unless}{}", quote(&it.name)),
        Object::Extension(it) => {
            let namespace = it.namespace.as_ref().map(|namespace| format!(" SCHEMA {}", quote(namespace)));
            format!("CREATE EXTENSION {unless}{}{}", quote(&it.name), namespace.unwrap_or_default())
        }
        Object::Enum(it) => {
            let values: Vec<String> = it.values.iter().map(|value| literal(value)).collect();
            format!("CREATE TYPE {} AS ENUM ({})", name(&it.name), values.join(", "))
        }
        Object::Domain(it) => domain(it),
        Object::Sequence(it) => sequences::create(it, if_not_exists),
        Object::View(it) => views::create(it, replace && !it.materialized, if_not_exists),
        Object::Routine(it) => replacing(&it.definition, replace),
        Object::Opaque(it) => opaque_definition(it)?,
    }])
}

/// Most are kept as the statement that makes them; a table's replica identity is kept as its state.
fn opaque_definition(object: &Opaque) -> Result<String, RenderError> {
    if let ("replica identity", Some(table)) = (object.kind.as_str(), &object.table) {
        let index =
            if object.definition == "USING INDEX" { format!(" {}", quote(&object.name.name)) } else { String::new() };
        return Ok(format!("ALTER TABLE {} REPLICA IDENTITY {}{index}", name(table), object.definition));
    }
    if !object.definition.get(.."CREATE ".len()).is_some_and(|word| word.eq_ignore_ascii_case("CREATE ")) {
        return unsupported(format!("make the {} `{}` from what is known of it", object.kind, object.name));
    }
    Ok(object.definition.clone())
}

/// The definition with `OR REPLACE` where it is to replace.
fn replacing(definition: &str, replace: bool) -> String {
    let mut words = definition.split_whitespace().map(str::to_ascii_uppercase);
    let plain = words.next().as_deref() == Some("CREATE") && words.next().as_deref() != Some("OR");
    match definition.trim_start().get("CREATE".len()..) {
        Some(rest) if replace && plain => format!("CREATE OR REPLACE{rest}"),
        _ => definition.to_string(),
    }
}

fn domain(domain: &Domain) -> String {
    let mut sql = format!("CREATE DOMAIN {} AS {}", name(&domain.name), types::sql(&domain.base));
    if let Some(collation) = &domain.collation {
        sql.push_str(&format!(" COLLATE {}", quote(collation)));
    }
    if let Some(default) = &domain.default {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    if !domain.nullable {
        sql.push_str(" NOT NULL");
    }
    for check in &domain.checks {
        let clause = constraints::table_clause(&whimbrel_schema::Constraint::Check(check.clone()), None);
        sql.push_str(&format!(" {clause}"));
    }
    sql
}

/// `TYPE mood`, `FUNCTION f(integer)`: how statements name the object.
pub(super) fn subject(object: &ObjectId, before: &Schema) -> Result<String, RenderError> {
    let word = match object.kind {
        ObjectKind::Namespace => return Ok(format!("SCHEMA {}", quote(&object.name.name))),
        ObjectKind::Extension => return Ok(format!("EXTENSION {}", quote(&object.name.name))),
        ObjectKind::Enum => "TYPE",
        ObjectKind::Domain => "DOMAIN",
        ObjectKind::Sequence => "SEQUENCE",
        ObjectKind::View => "VIEW",
        ObjectKind::MaterializedView => "MATERIALIZED VIEW",
        ObjectKind::Routine => {
            let word = match before.object(object) {
                Some(Object::Routine(it)) => match it.kind {
                    RoutineKind::Function => "FUNCTION",
                    RoutineKind::Procedure => "PROCEDURE",
                    RoutineKind::Aggregate => "AGGREGATE",
                },
                _ => "ROUTINE",
            };
            let arguments = object.detail.as_ref().map(|arguments| match (word, arguments.as_str()) {
                ("AGGREGATE", "") => "(*)".to_string(),
                (_, arguments) => format!("({arguments})"),
            });
            return Ok(format!("{word} {}{}", name(&object.name), arguments.unwrap_or_default()));
        }
        ObjectKind::Opaque => return opaque(object, before),
    };
    Ok(format!("{word} {}", name(&object.name)))
}

fn opaque(object: &ObjectId, before: &Schema) -> Result<String, RenderError> {
    let detail = object.detail.as_deref().unwrap_or_default();
    let kind = detail.split_once(" on ").map_or(detail, |(kind, _)| kind);
    let table = match before.object(object) {
        Some(Object::Opaque(it)) => it.table.clone(),
        _ => detail.split_once(" on ").map(|(_, table)| match table.split_once('.') {
            Some((namespace, table)) => ObjectName::within(namespace, table),
            None => ObjectName::new(table),
        }),
    };
    let word = match kind {
        "composite type" | "range type" | "base type" => "TYPE".to_string(),
        "policy" | "rule" => {
            let Some(table) = table else {
                return Err(RenderError::Missing { what: format!("table of {object}") });
            };
            let word = kind.to_ascii_uppercase();
            return Ok(format!("{word} {} ON {}", quote(&object.name.name), name(&table)));
        }
        "statistics"
        | "collation"
        | "conversion"
        | "event trigger"
        | "foreign table"
        | "server"
        | "foreign data wrapper"
        | "publication"
        | "subscription"
        | "text search configuration"
        | "text search dictionary" => kind.to_ascii_uppercase(),
        _ => return unsupported(format!("name {object} in a statement")),
    };
    Ok(format!("{word} {}", name(&object.name)))
}

pub(super) fn drop(object: &ObjectId, if_exists: bool, cascade: bool, before: &Schema) -> Rendered {
    let subject = subject(object, before)?;
    // `IF EXISTS` stands between the kind and the name.
    let kind_end = match object.kind {
        ObjectKind::MaterializedView => "MATERIALIZED VIEW".len(),
        ObjectKind::Opaque => {
            let words =
                subject.split(' ').take_while(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()));
            words.map(|word| word.len() + 1).sum::<usize>().saturating_sub(1)
        }
        ObjectKind::Namespace
        | ObjectKind::Extension
        | ObjectKind::Enum
        | ObjectKind::Domain
        | ObjectKind::Sequence
        | ObjectKind::View
        | ObjectKind::Routine => subject.find(' ').unwrap_or(subject.len()),
    };
    let (kind, rest) = subject.split_at(kind_end);
    Ok(vec![format!("DROP {kind} {}{}{}", exists(if_exists), rest.trim_start(), cascades(cascade))])
}

pub(super) fn rename(object: &ObjectId, to: &ObjectName, before: &Schema) -> Rendered {
    if object.kind == ObjectKind::Opaque {
        return unsupported(format!("rename {object}"));
    }
    let mut statements = Vec::new();
    let mut current = object.clone();
    if object.name.namespace != to.namespace {
        let namespace = quote(to.namespace.as_deref().unwrap_or("public"));
        statements.push(format!("ALTER {} SET SCHEMA {namespace}", subject(&current, before)?));
        current.name.namespace.clone_from(&to.namespace);
    }
    if object.name.name != to.name {
        statements.push(format!("ALTER {} RENAME TO {}", subject(&current, before)?, quote(&to.name)));
    }
    Ok(statements)
}

/// From the object as it stands to the object as it shall be.
pub(super) fn alter(to: &Object, before: &Schema) -> Rendered {
    let id = to.id();
    let from = before.object(&id).ok_or_else(|| RenderError::Missing { what: id.to_string() })?;
    match (from, to) {
        (Object::Domain(from), Object::Domain(to)) => alter_domain(from, to),
        (Object::Sequence(from), Object::Sequence(to)) => Ok(alter_sequence(from, to)),
        (Object::View(_), Object::View(to)) if to.materialized => {
            let mut statements = drop(&id, false, false, before)?;
            statements.push(views::create(to, false, false));
            statements.extend(to.indexes.iter().map(|index| indexes::create(&to.name, index, false, false)));
            Ok(statements)
        }
        (Object::View(_), Object::View(to)) => Ok(vec![views::create(to, true, false)]),
        (Object::Routine(_), Object::Routine(to)) => Ok(vec![replacing(&to.definition, true)]),
        (Object::Extension(from), Object::Extension(to)) => {
            let namespace = quote(to.namespace.as_deref().unwrap_or("public"));
            let differs = from.namespace != to.namespace;
            let change = || format!("ALTER EXTENSION {} SET SCHEMA {namespace}", quote(&to.name));
            Ok(differs.then(change).into_iter().collect())
        }
        (Object::Opaque(from), Object::Opaque(to)) if from.definition == to.definition => Ok(Vec::new()),
        (Object::Opaque(_), Object::Opaque(to)) => {
            let mut statements = drop(&id, false, false, before)?;
            statements.push(opaque_definition(to)?);
            Ok(statements)
        }
        (Object::Enum(from), Object::Enum(to)) if from.values == to.values => Ok(Vec::new()),
        (Object::Enum(_), Object::Enum(to)) => {
            unsupported(format!("take values away from `{}` or reorder them", to.name))
        }
        (Object::Namespace(_), Object::Namespace(_)) => Ok(Vec::new()),
        _ => unsupported(format!("make {id} of another kind")),
    }
}

fn alter_domain(from: &Domain, to: &Domain) -> Rendered {
    if from.base != to.base || from.collation != to.collation {
        return unsupported(format!("change the type of domain `{}`", to.name));
    }
    let on = format!("ALTER DOMAIN {}", name(&to.name));
    let mut statements = Vec::new();
    if from.default != to.default {
        statements.push(match &to.default {
            Some(default) => format!("{on} SET DEFAULT {default}"),
            None => format!("{on} DROP DEFAULT"),
        });
    }
    if from.nullable != to.nullable {
        statements.push(format!("{on} {} NOT NULL", if to.nullable { "DROP" } else { "SET" }));
    }
    for check in from.checks.iter().filter(|check| !to.checks.contains(check)) {
        let constraint = check.name.as_deref().unwrap_or_default();
        statements.push(format!("{on} DROP CONSTRAINT {}", quote(constraint)));
    }
    for check in to.checks.iter().filter(|check| !from.checks.contains(check)) {
        let clause = constraints::table_clause(&whimbrel_schema::Constraint::Check(check.clone()), None);
        statements.push(format!("{on} ADD {clause}"));
    }
    Ok(statements)
}

fn alter_sequence(from: &Sequence, to: &Sequence) -> Vec<String> {
    let mut options = Vec::new();
    let mut from_numbers = from.options.clone();
    if from.ty != to.ty {
        options.push(format!("AS {}", types::sql(&to.ty)));
        // The server moves a bound that was the old type's own.
        if from_numbers.maximum == types::ceiling(&from.ty) {
            from_numbers.maximum = types::ceiling(&to.ty);
        }
        if from_numbers.minimum == -types::ceiling(&from.ty) - 1 {
            from_numbers.minimum = -types::ceiling(&to.ty) - 1;
        }
    }
    options.extend(sequences::changed(&from_numbers, &to.options));
    if from.owned_by != to.owned_by {
        options.push(match &to.owned_by {
            Some((table, column)) => format!("OWNED BY {}.{}", name(table), quote(column)),
            None => "OWNED BY NONE".to_string(),
        });
    }
    if options.is_empty() {
        Vec::new()
    } else {
        vec![format!("ALTER SEQUENCE {} {}", name(&to.name), options.join(" "))]
    }
}

pub(super) fn add_enum_value(ty: &ObjectName, value: &str, position: &EnumPosition, if_not_exists: bool) -> String {
    let position = match position {
        EnumPosition::Last => String::new(),
        EnumPosition::Before(other) => format!(" BEFORE {}", literal(other)),
        EnumPosition::After(other) => format!(" AFTER {}", literal(other)),
    };
    format!("ALTER TYPE {} ADD VALUE {}{}{position}", name(ty), not_exists(if_not_exists), literal(value))
}
