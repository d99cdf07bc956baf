use std::collections::BTreeMap;

use whimbrel_plan::{Amendment, Step};
use whimbrel_schema::{Index, IndexKey};

use super::constraints;
use super::tree::{Is, Node};
use super::{Refusal, Steps, tables};
use crate::postgres::{naming, quote};

pub(super) fn create(node: Node<'_>) -> Steps {
    let table = tables::relation(node)?;
    let items = node.need(Is::PARTITION_ITEM_LIST)?;
    let relation = node.any(&[Is::TABLE_RELATION_NAME, Is::RELATION_NAME]).unwrap_or(node);
    let only = relation.has(Is::ONLY_KW);
    let keys = items.all(Is::PARTITION_ITEM).map(key).collect::<Result<Vec<_>, _>>()?;
    let mut index = Index::new("", keys);
    index.unique = node.has(Is::UNIQUE_KW);
    // Of a partitioned table: until those of all partitions are attached.
    index.valid = !only;
    if let Some(using) = node.child(Is::USING_METHOD) {
        index.method = Some(using.need(Is::ACCESS_METHOD_REF)?.name()?).filter(|method| method != "btree");
    }
    if let Some(clause) = node.child(Is::INDEX_INCLUDE_CLAUSE) {
        for item in clause.need(Is::PARTITION_ITEM_LIST)?.all(Is::PARTITION_ITEM) {
            index.include.push(item.name()?);
        }
    }
    let condition = node.child(Is::WHERE_CLAUSE).and_then(|clause| clause.first_node());
    index.predicate = condition.map(|condition| condition.bare().expression());
    index.nulls_distinct = !node.has(Is::NULLS_NOT_DISTINCT);
    if let Some(parameters) = node.child(Is::WITH_PARAMS) {
        index.storage = tables::storage(parameters)?;
    }
    index.tablespace = tables::tablespace(node)?;
    index.name = match node.child(Is::INDEX) {
        Some(name) => name.object_name()?.name,
        None => naming::index(&table.name, &index),
    };
    Ok(vec![Step::CreateIndex {
        table,
        index: Box::new(index),
        concurrently: node.has(Is::CONCURRENTLY_KW),
        if_not_exists: node.has(Is::IF_NOT_EXISTS),
    }])
}

/// One key of an index or of an exclusion constraint.
pub(super) fn key(node: Node<'_>) -> Result<IndexKey, Refusal> {
    let mut target = node.first_node().ok_or_else(|| node.refuse("an index key is missing"))?;
    let mut collation = None;
    if target.kind() == Is::COLLATE {
        collation = constraints::collation(target)?;
        target = target.first_node().ok_or_else(|| node.refuse("an index key is missing"))?;
    }
    if let Some(collate) = node.child(Is::COLLATE).filter(|collate| collate.start() != target.start()) {
        collation = constraints::collation(collate)?;
    }
    let inner = target.bare();
    let mut key = match inner.kind() {
        // `current_date` and its like look like names to the grammar, but what changes from day to day cannot be indexed.
        Is::NAME_REF => IndexKey::column(inner.name()?),
        _ => IndexKey::expression(inner.expression()),
    };
    key.collation = collation;
    key.operator_class = operator_class(node)?;
    key.descending = node.has(Is::SORT_DESC);
    key.nulls_first = match (node.has(Is::NULLS_FIRST), node.has(Is::NULLS_LAST)) {
        (true, _) if !key.descending => Some(true),
        (_, true) if key.descending => Some(false),
        _ => None,
    };
    Ok(key)
}

/// The operator class with its parameters, as the catalogue prints it.
fn operator_class(node: Node<'_>) -> Result<Option<String>, Refusal> {
    let Some(class) = node.child(Is::OP_CLASS_REF) else { return Ok(None) };
    let mut path = class.path()?;
    if path.len() > 1 && matches!(path[0].as_str(), "pg_catalog" | super::DEFAULT_NAMESPACE) {
        path.remove(0);
    }
    let mut name = path.iter().map(|part| quote::quote(part)).collect::<Vec<_>>().join(".");
    if node.has(Is::ATTRIBUTE_LIST) {
        let parameters = tables::parameters(node)?.into_iter();
        let parameters: Vec<String> = parameters
            .map(|(key, value)| format!("{key}={}", quote::literal(value.as_deref().unwrap_or("true"))))
            .collect();
        name = format!("{name} ({})", parameters.join(", "));
    }
    Ok(Some(name))
}

pub(super) fn alter(node: Node<'_>) -> Steps {
    let Some(index) = node.child(Is::INDEX_REF) else { return Ok(super::inert(node)) };
    let index = index.object_name()?;
    let amend = |amendment| Ok(vec![Step::Amend(Box::new(amendment))]);
    for action in node.children() {
        match action.kind() {
            Is::INDEX_RENAME_TO => {
                let to = action.need(Is::INDEX)?.object_name()?.name;
                return Ok(vec![Step::RenameIndex { from: index, to }]);
            }
            Is::SET_OPTIONS | Is::RESET_OPTIONS => {
                return amend(Amendment::IndexStorage { index, set: changed_storage(action)? });
            }
            Is::ATTACH_INDEX_PARTITION => {
                let partition = action.need(Is::INDEX_REF)?.object_name()?;
                return amend(Amendment::AttachIndex { index, partition });
            }
            Is::SET_TABLESPACE => {
                return amend(Amendment::IndexTablespace { index, to: tables::tablespace(node)? });
            }
            Is::ALTER_SET_STATISTICS | Is::DEPENDS_ON_EXTENSION | Is::NO_DEPENDS_ON_EXTENSION | Is::OWNER_TO => {
                return Ok(super::inert(node));
            }
            _ => {}
        }
    }
    Err(node.refuse("this form of ALTER INDEX is not known"))
}

/// `SET (…)` or `RESET (…)`.
pub(super) fn changed_storage(action: Node<'_>) -> Result<BTreeMap<String, Option<String>>, Refusal> {
    let reset = action.kind() == Is::RESET_OPTIONS;
    let read = tables::parameters(action)?.into_iter();
    Ok(read
        .map(|(key, value)| (key, if reset { None } else { Some(value.unwrap_or_else(|| "true".to_string())) }))
        .collect())
}
