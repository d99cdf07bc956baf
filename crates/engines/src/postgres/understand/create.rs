use whimbrel_plan::Step;
use whimbrel_schema::{Domain, EnumType, Extension, Namespace, Object, Opaque, Routine, RoutineKind};

use super::constraints::{self, Clause};
use super::tree::{Is, Node};
use super::{Refusal, Steps, columns};
use crate::postgres::quote::quote;
use crate::postgres::{naming, render, types};

fn object(node: Node<'_>, object: Object) -> Steps {
    let (replace, if_not_exists) = (node.has(Is::OR_REPLACE), node.has(Is::IF_NOT_EXISTS));
    Ok(vec![Step::CreateObject { object: Box::new(object), replace, if_not_exists }])
}

pub(super) fn type_(node: Node<'_>) -> Steps {
    let name = node.need(Is::TYPE_NAME)?.object_name()?;
    if let Some(list) = node.child(Is::ENUM_TYPE) {
        let values = list.descendants().filter(|value| value.kind() == Is::VARIANT).map(|value| value.text_value());
        let values = values.collect::<Result<_, _>>()?;
        return object(node, Object::Enum(EnumType { name, values, comment: None }));
    }
    if let Some(composite) = node.child(Is::COMPOSITE_TYPE) {
        let definition = format!("CREATE TYPE {} AS ({})", render::name(&name), fields(composite)?);
        let kind = "composite type".to_string();
        return object(node, Object::Opaque(Opaque { kind, name, table: None, definition }));
    }
    let kind = if node.has(Is::RANGE_TYPE) { "range type" } else { "base type" };
    object(node, Object::Opaque(Opaque { kind: kind.to_string(), name, table: None, definition: statement(node) }))
}

/// The fields of a composite type, as the catalogue tells them.
fn fields(composite: Node<'_>) -> Result<String, Refusal> {
    let mut fields = Vec::new();
    for field in composite.descendants().filter(|field| field.kind() == Is::COMPOSITE_FIELD_DEF) {
        let written = field.any(columns::TYPES).ok_or_else(|| field.refuse("a field without a type"))?;
        let mut sql = format!(
            "{} {}",
            quote(&field.need(Is::COMPOSITE_FIELD)?.name()?),
            types::sql(&types::read(&written.sql()))
        );
        if let Some(collation) = field.child(Is::COLLATE).map(constraints::collation).transpose()?.flatten() {
            sql.push_str(&format!(" COLLATE {}", quote(&collation)));
        }
        fields.push(sql);
    }
    Ok(fields.join(", "))
}

pub(super) fn domain(node: Node<'_>) -> Steps {
    let name = node.need(Is::DOMAIN)?.object_name()?;
    let written = node.any(columns::TYPES).ok_or_else(|| node.refuse("a domain without a type"))?;
    let mut domain = Domain {
        name,
        base: types::read(&written.sql()),
        nullable: true,
        default: None,
        collation: None,
        checks: Vec::new(),
        comment: None,
    };
    if let Some(collate) = node.child(Is::COLLATE) {
        domain.collation = constraints::collation(collate)?;
    }
    for clause in node.children().filter(|child| constraints::CLAUSES.contains(&child.kind())) {
        match constraints::clause(clause, Some("value"))? {
            Clause::NotNull(_) => domain.nullable = false,
            Clause::Null => {}
            Clause::Default { value, collation } => {
                domain.default = value;
                domain.collation = collation.or(domain.collation);
            }
            Clause::Constraint { constraint: whimbrel_schema::Constraint::Check(mut check), .. } => {
                let taken = |name: &str| domain.checks.iter().any(|check| check.name.as_deref() == Some(name));
                let name = check.name.take();
                check.name = Some(name.unwrap_or_else(|| naming::choose(&domain.name.name, None, "check", taken)));
                domain.checks.push(check);
            }
            Clause::Constraint { .. } | Clause::Identity { .. } | Clause::Generated(_) => {
                return Err(clause.refuse("not a clause of a domain"));
            }
        }
    }
    object(node, Object::Domain(domain))
}

pub(super) fn extension(node: Node<'_>) -> Steps {
    let namespace = match node.child(Is::EXTENSION_SCHEMA) {
        Some(clause) => Some(clause.need(Is::SCHEMA_REF)?.name()?).filter(|name| name != super::DEFAULT_NAMESPACE),
        None => None,
    };
    let name = node.need(Is::EXTENSION)?.name()?;
    // Every database has it, outside the schemas that people use.
    if name == "plpgsql" {
        return Ok(super::inert(node));
    }
    object(node, Object::Extension(Extension { name, namespace }))
}

pub(super) fn namespace(node: Node<'_>) -> Steps {
    let target = node.any(&[Is::NAMED_SCHEMA, Is::AUTHORIZATION_SCHEMA]);
    let target = target.ok_or_else(|| node.refuse("a schema without a name"))?;
    let after = node.children().find(|child| child.start() >= target.end() && child.kind() != Is::SEMICOLON);
    if let Some(element) = after {
        return Err(element.refuse("what is made within CREATE SCHEMA is not read"));
    }
    let name = target.any(&[Is::SCHEMA, Is::ROLE]).ok_or_else(|| node.refuse("a schema without a name"))?.name()?;
    if name == super::DEFAULT_NAMESPACE {
        return Ok(super::inert(node));
    }
    object(node, Object::Namespace(Namespace { name, comment: None }))
}

pub(super) fn routine(node: Node<'_>) -> Steps {
    let kind = match node.kind() {
        Is::CREATE_PROCEDURE => RoutineKind::Procedure,
        Is::CREATE_AGGREGATE => RoutineKind::Aggregate,
        _ => RoutineKind::Function,
    };
    let name = node.any(&[Is::FUNCTION_NAME, Is::PROCEDURE_NAME, Is::AGGREGATE_NAME]);
    let name = name.ok_or_else(|| node.refuse("a function without a name"))?.object_name()?;
    let arguments = arguments(node)?.unwrap_or_default();
    object(node, Object::Routine(Routine { name, kind, arguments, definition: statement(node), comment: None }))
}

/// The types of the arguments that a call passes, as the server prints them; `None` where none are written.
pub(super) fn arguments(node: Node<'_>) -> Result<Option<String>, Refusal> {
    let Some(list) = node.child(Is::PARAM_LIST) else { return Ok(None) };
    let mut types_ = Vec::new();
    let parameters = list.descendants().filter(|parameter| parameter.kind() == Is::PARAM);
    for parameter in parameters.filter(|parameter| !parameter.has(Is::PARAM_OUT)) {
        let written = parameter.any(columns::TYPES).ok_or_else(|| parameter.refuse("an argument without a type"))?;
        if written.kind() == Is::PERCENT_TYPE {
            return Err(written.refuse("the type of a column is not known here"));
        }
        types_.push(types::argument(&written.sql()));
    }
    Ok(Some(types_.join(", ")))
}

/// The whole statement as a definition, comments within it and all: they may be a function's body.
pub(super) fn statement(node: Node<'_>) -> String {
    node.text().trim_end_matches(';').trim_end().to_string()
}
