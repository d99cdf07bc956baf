use whimbrel_plan::{Amendment, DomainChange, EnumPosition, Step};
use whimbrel_schema::{Constraint, ObjectId, ObjectKind, ObjectName};

use super::constraints::{self, Clause};
use super::create;
use super::sequences::moved;
use super::tree::{Is, Node};
use super::{Steps, inert};
use crate::postgres::naming;

pub(super) fn type_(node: Node<'_>) -> Steps {
    let name = node.need(Is::TYPE_NAME_REF)?.object_name()?;
    let rename = |to| vec![Step::RenameObject { object: ObjectId::new(ObjectKind::Enum, name.clone()), to }];
    if let Some(add) = node.child(Is::ADD_VALUE) {
        let position = match add.any(&[Is::BEFORE_VALUE, Is::AFTER_VALUE]) {
            Some(place) if place.kind() == Is::BEFORE_VALUE => {
                EnumPosition::Before(place.need(Is::LITERAL)?.text_value()?)
            }
            Some(place) => EnumPosition::After(place.need(Is::LITERAL)?.text_value()?),
            None => EnumPosition::Last,
        };
        let value = add.need(Is::LITERAL)?.text_value()?;
        return Ok(vec![Step::AddEnumValue { name, value, position, if_not_exists: add.has(Is::IF_NOT_EXISTS) }]);
    }
    if let Some(change) = node.child(Is::RENAME_VALUE) {
        let mut values = change.all(Is::LITERAL);
        let (Some(from), Some(to)) = (values.next(), values.next()) else {
            return Err(change.refuse("RENAME VALUE names two values"));
        };
        return Ok(vec![Step::RenameEnumValue { name, from: from.text_value()?, to: to.text_value()? }]);
    }
    if let Some(change) = node.child(Is::TYPE_RENAME_TO) {
        return Ok(rename(name.sibling(change.need(Is::TYPE_NAME)?.object_name()?.name)));
    }
    if let Some(set) = node.child(Is::SET_SCHEMA) {
        return Ok(rename(moved(set, &name)?));
    }
    if node.has(Is::OWNER_TO) {
        return Ok(inert(node));
    }
    Err(node.refuse("the attributes of a type are not modelled"))
}

pub(super) fn domain(node: Node<'_>) -> Steps {
    let name = node.need(Is::DOMAIN_REF)?.object_name()?;
    let action = node.children().skip_while(|child| child.kind() != Is::DOMAIN_REF).nth(1);
    let action = action.ok_or_else(|| node.refuse("ALTER DOMAIN without an action"))?;
    let constraint = || action.need(Is::CONSTRAINT_NAME_REF)?.name();
    let change = match action.kind() {
        Is::SET_DEFAULT => DomainChange::Default(action.first_node().and_then(constraints::default_value)),
        Is::DROP_DEFAULT => DomainChange::Default(None),
        Is::SET_NOT_NULL => DomainChange::Nullable(false),
        Is::DROP_NOT_NULL => DomainChange::Nullable(true),
        Is::ADD_CONSTRAINT => {
            let clause = action.any(constraints::CLAUSES).ok_or_else(|| action.refuse("ADD without a constraint"))?;
            match constraints::clause(clause, None)? {
                Clause::Constraint { constraint: Constraint::Check(mut check), .. } => {
                    let chosen = || naming::object_name(&name.name, None, "check");
                    check.name = Some(check.name.take().unwrap_or_else(chosen));
                    DomainChange::AddCheck(check)
                }
                Clause::NotNull(_) => DomainChange::Nullable(false),
                Clause::Constraint { .. }
                | Clause::Null
                | Clause::Default { .. }
                | Clause::Identity { .. }
                | Clause::Generated(_) => return Err(clause.refuse("not a constraint of a domain")),
            }
        }
        Is::DROP_CONSTRAINT => DomainChange::DropCheck { name: constraint()?, if_exists: action.has(Is::IF_EXISTS) },
        Is::RENAME_CONSTRAINT => {
            DomainChange::RenameCheck { from: constraint()?, to: action.need(Is::CONSTRAINT_NAME)?.name()? }
        }
        Is::VALIDATE_CONSTRAINT => DomainChange::ValidateCheck { name: constraint()? },
        Is::OWNER_TO => return Ok(inert(node)),
        Is::DOMAIN_RENAME_TO => {
            let to = name.sibling(action.need(Is::DOMAIN)?.object_name()?.name);
            return Ok(vec![Step::RenameObject { object: ObjectId::new(ObjectKind::Domain, name), to }]);
        }
        Is::SET_SCHEMA => {
            let to = moved(action, &name)?;
            return Ok(vec![Step::RenameObject { object: ObjectId::new(ObjectKind::Domain, name), to }]);
        }
        _ => return Err(action.refuse("this form of ALTER DOMAIN is not known")),
    };
    Ok(vec![Step::Amend(Box::new(Amendment::Domain { name, change }))])
}

pub(super) fn namespace(node: Node<'_>) -> Steps {
    let name = node.need(Is::SCHEMA_REF)?.name()?;
    let Some(rename) = node.child(Is::SCHEMA_RENAME_TO) else { return Ok(inert(node)) };
    let to = rename.need(Is::SCHEMA)?.name()?;
    if [&name, &to].into_iter().any(|name| name == super::DEFAULT_NAMESPACE) {
        return Err(node.refuse("every name in the default schema would change"));
    }
    let object = ObjectId::new(ObjectKind::Namespace, ObjectName::new(name));
    Ok(vec![Step::RenameObject { object, to: ObjectName::new(to) }])
}

pub(super) fn extension(node: Node<'_>) -> Steps {
    let name = node.need(Is::EXTENSION_REF)?.name()?;
    if let Some(set) = node.child(Is::SET_SCHEMA) {
        let to = moved(set, &ObjectName::new(""))?.namespace;
        return Ok(vec![Step::Amend(Box::new(Amendment::ExtensionNamespace { name, to }))]);
    }
    if node.any(&[Is::ALTER_EXTENSION_ADD, Is::ALTER_EXTENSION_DROP]).is_some() {
        return Err(node.refuse("what belongs to an extension is not modelled"));
    }
    // A new version changes only what belongs to the extension.
    Ok(inert(node))
}

pub(super) fn routine(node: Node<'_>) -> Steps {
    let signatures = [Is::FUNCTION_SIG, Is::PROCEDURE_SIG, Is::ROUTINE_SIG, Is::AGGREGATE];
    let signature = node.any(&signatures).ok_or_else(|| node.refuse("a function without a name"))?;
    let name = signature.first_node().ok_or_else(|| node.refuse("a function without a name"))?.object_name()?;
    let renames = [Is::FUNCTION_RENAME_TO, Is::PROCEDURE_RENAME_TO, Is::ROUTINE_RENAME_TO, Is::AGGREGATE_RENAME_TO];
    let to = if let Some(rename) = node.any(&renames) {
        let to = rename.first_node().ok_or_else(|| rename.refuse("a name is missing"))?;
        name.sibling(to.object_name()?.name)
    } else if let Some(set) = node.child(Is::SET_SCHEMA) {
        moved(set, &name)?
    } else if node.any(&[Is::OWNER_TO, Is::DEPENDS_ON_EXTENSION, Is::NO_DEPENDS_ON_EXTENSION]).is_some() {
        return Ok(inert(node));
    } else {
        return Err(node.refuse("the definition of the function would have to be known"));
    };
    let object = ObjectId { kind: ObjectKind::Routine, name, detail: create::arguments(signature)? };
    Ok(vec![Step::RenameObject { object, to }])
}

pub(super) fn trigger(node: Node<'_>) -> Steps {
    match node.child(Is::TRIGGER_RENAME_TO) {
        Some(rename) => Err(rename.refuse("renaming a trigger has no step")),
        None => Ok(inert(node)),
    }
}
