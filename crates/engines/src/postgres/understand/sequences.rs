use whimbrel_plan::{Amendment, SequenceChange, Step};
use whimbrel_schema::{ColumnType, Object, ObjectId, ObjectKind, ObjectName, Persistence, Sequence};

use super::tree::{Is, Node};
use super::{Refusal, Steps, columns, tables};
use crate::postgres::types;

pub(super) fn create(node: Node<'_>) -> Steps {
    if tables::persistence(node) != Persistence::Permanent {
        return Err(node.refuse("a sequence that does not outlive a crash or a session has no place in a schema"));
    }
    let ty = ty(node)?.unwrap_or_else(|| ColumnType::new("bigint"));
    let options = numbers(node)?.create(types::ceiling(&ty));
    let name = node.need(Is::SEQUENCE)?.object_name()?;
    let sequence = Sequence { name, ty, options, owned_by: owner(node)?.flatten(), comment: None };
    let object = Box::new(Object::Sequence(sequence));
    Ok(vec![Step::CreateObject { object, replace: false, if_not_exists: node.has(Is::IF_NOT_EXISTS) }])
}

pub(super) fn alter(node: Node<'_>) -> Steps {
    let name = node.need(Is::SEQUENCE_REF)?.object_name()?;
    let object = ObjectId::new(ObjectKind::Sequence, name.clone());
    if let Some(rename) = node.child(Is::SEQUENCE_RENAME_TO) {
        let to = name.sibling(rename.need(Is::SEQUENCE)?.object_name()?.name);
        return Ok(vec![Step::RenameObject { object, to }]);
    }
    if let Some(set) = node.child(Is::SET_SCHEMA) {
        return Ok(vec![Step::RenameObject { object, to: moved(set, &name)? }]);
    }
    if let Some(change) = node.child(Is::SET_UNLOGGED) {
        return Err(change.refuse("an unlogged sequence has no place in a schema"));
    }
    let (ty, numbers, owned_by) = (ty(node)?, numbers(node)?, owner(node)?);
    // RESTART moves the sequence on, OWNER TO and SET LOGGED change nothing that a schema holds.
    if ty.is_none() && numbers.is_empty() && owned_by.is_none() {
        return Ok(super::inert(node));
    }
    Ok(vec![Step::Amend(Box::new(Amendment::Sequence { name, ty, numbers, owned_by }))])
}

/// The same object after `SET SCHEMA`.
pub(super) fn moved(set: Node<'_>, name: &ObjectName) -> Result<ObjectName, Refusal> {
    let namespace = set.need(Is::SCHEMA_REF)?.name()?;
    let namespace = Some(namespace).filter(|namespace| namespace != super::DEFAULT_NAMESPACE);
    Ok(ObjectName { namespace, name: name.name.clone() })
}

fn ty(node: Node<'_>) -> Result<Option<ColumnType>, Refusal> {
    let written = node.child(Is::OPTION_AS_TYPE).and_then(|option| option.any(columns::TYPES));
    Ok(written.map(|written| types::read(&written.sql())))
}

fn owner(node: Node<'_>) -> Result<Option<Option<(ObjectName, String)>>, Refusal> {
    let Some(option) = node.child(Is::OPTION_OWNED_BY) else { return Ok(None) };
    let Some(column) = option.child(Is::QUALIFIED_COLUMN_NAME_REF) else { return Ok(Some(None)) };
    Ok(Some(Some(qualified_column(column)?)))
}

/// `schema.table.column`.
pub(super) fn qualified_column(node: Node<'_>) -> Result<(ObjectName, String), Refusal> {
    let mut path = node.path()?;
    let (Some(column), Some(table)) = (path.pop(), path.pop()) else {
        return Err(node.refuse("a column is named with its table"));
    };
    let namespace = path.pop().filter(|namespace| namespace != super::DEFAULT_NAMESPACE);
    Ok((ObjectName { namespace, name: table }, column))
}

/// The numbers that the options under `node` name.
pub(super) fn numbers(node: Node<'_>) -> Result<SequenceChange, Refusal> {
    let mut change = SequenceChange::default();
    for option in node.children() {
        let number = || {
            let value = option.children().last().ok_or_else(|| option.refuse("a number is missing"))?;
            value.number()
        };
        match option.kind() {
            Is::OPTION_START => change.start = Some(number()?),
            Is::OPTION_INCREMENT => change.increment = Some(number()?),
            Is::OPTION_MIN_VALUE => change.minimum = Some(Some(number()?)),
            Is::OPTION_MAX_VALUE => change.maximum = Some(Some(number()?)),
            Is::OPTION_NO_MIN_VALUE => change.minimum = Some(None),
            Is::OPTION_NO_MAX_VALUE => change.maximum = Some(None),
            Is::OPTION_CACHE => change.cache = Some(number()?),
            Is::OPTION_CYCLE => change.cycle = Some(true),
            Is::OPTION_NO_CYCLE => change.cycle = Some(false),
            // Identity columns only: the sequence's own name is no part of a schema.
            _ => {}
        }
    }
    Ok(change)
}
