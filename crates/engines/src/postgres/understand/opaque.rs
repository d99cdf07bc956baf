//! What is kept as it is written, and what is known to be no part of a schema.

use whimbrel_plan::Step;
use whimbrel_schema::{Object, ObjectId, ObjectKind, ObjectName, Opaque};

use super::create::statement;
use super::tree::{Is, Node};
use super::{Steps, cascade, inert, tables};

/// The statements that make and drop each kind, its word, and where its name stands.
const KINDS: &[(Is, Is, &str, Is, Is)] = &[
    (Is::CREATE_POLICY, Is::DROP_POLICY, "policy", Is::POLICY, Is::POLICY_REF),
    (Is::CREATE_RULE, Is::DROP_RULE, "rule", Is::RULE, Is::RULE_REF),
    (Is::CREATE_STATISTICS, Is::DROP_STATISTICS, "statistics", Is::STATISTICS, Is::STATISTICS_REF),
    (Is::CREATE_COLLATION, Is::DROP_COLLATION, "collation", Is::COLLATION, Is::COLLATION_REF),
    (Is::CREATE_CONVERSION, Is::DROP_CONVERSION, "conversion", Is::CONVERSION, Is::CONVERSION_REF),
    (Is::CREATE_EVENT_TRIGGER, Is::DROP_EVENT_TRIGGER, "event trigger", Is::EVENT_TRIGGER, Is::EVENT_TRIGGER_REF),
    (Is::CREATE_FOREIGN_TABLE, Is::DROP_FOREIGN_TABLE, "foreign table", Is::TABLE_NAME, Is::TABLE_NAME_REF),
    (Is::CREATE_SERVER, Is::DROP_SERVER, "server", Is::SERVER, Is::SERVER_REF),
    (
        Is::CREATE_FOREIGN_DATA_WRAPPER,
        Is::DROP_FOREIGN_DATA_WRAPPER,
        "foreign data wrapper",
        Is::FOREIGN_DATA_WRAPPER,
        Is::FOREIGN_DATA_WRAPPER_REF,
    ),
    (Is::CREATE_PUBLICATION, Is::DROP_PUBLICATION, "publication", Is::PUBLICATION, Is::PUBLICATION_REF),
    (Is::CREATE_SUBSCRIPTION, Is::DROP_SUBSCRIPTION, "subscription", Is::SUBSCRIPTION, Is::SUBSCRIPTION_REF),
    (Is::CREATE_OPERATOR_CLASS, Is::DROP_OPERATOR_CLASS, "operator class", Is::OP_CLASS_NAME, Is::OP_CLASS_REF),
    (Is::CREATE_OPERATOR_FAMILY, Is::DROP_OPERATOR_FAMILY, "operator family", Is::OP_FAMILY_NAME, Is::OP_FAMILY_REF),
    (
        Is::CREATE_TEXT_SEARCH_CONFIGURATION,
        Is::DROP_TEXT_SEARCH_CONFIG,
        "text search configuration",
        Is::TEXT_SEARCH_CONFIGURATION,
        Is::TEXT_SEARCH_CONFIGURATION_REF,
    ),
    (
        Is::CREATE_TEXT_SEARCH_DICTIONARY,
        Is::DROP_TEXT_SEARCH_DICT,
        "text search dictionary",
        Is::TEXT_SEARCH_DICTIONARY,
        Is::TEXT_SEARCH_DICTIONARY_REF,
    ),
];

pub(super) fn other(node: Node<'_>) -> Steps {
    for (create, drop, kind, name, name_ref) in KINDS {
        if node.kind() == *create {
            let name = node.find(*name).ok_or_else(|| node.refuse("a name is missing"))?.object_name()?;
            let (name, table) = placed(node, name)?;
            let object = Object::Opaque(Opaque { kind: (*kind).to_string(), name, table, definition: statement(node) });
            let replace = node.has(Is::OR_REPLACE);
            let if_not_exists = node.has(Is::IF_NOT_EXISTS);
            return Ok(vec![Step::CreateObject { object: Box::new(object), replace, if_not_exists }]);
        }
        if node.kind() == *drop {
            let mut steps = Vec::new();
            for name in node.all(*name_ref) {
                let (name, table) = placed(node, name.object_name()?)?;
                let detail = table.map_or_else(|| (*kind).to_string(), |table| format!("{kind} on {table}"));
                let object = ObjectId { kind: ObjectKind::Opaque, name, detail: Some(detail) };
                steps.push(Step::DropObject { object, if_exists: node.has(Is::IF_EXISTS), cascade: cascade(node) });
            }
            return Ok(steps);
        }
    }
    if changes_nothing(node) {
        return Ok(inert(node));
    }
    Err(node.refuse(format!("`{}` has no step", head(node))))
}

/// Policies and rules are named within their table, and live in its schema.
fn placed(node: Node<'_>, name: ObjectName) -> Result<(ObjectName, Option<ObjectName>), super::Refusal> {
    let on = match node.kind() {
        Is::CREATE_RULE => node.need(Is::RULE_ON)?,
        Is::DROP_RULE => node.need(Is::ON_RELATION)?,
        Is::CREATE_POLICY | Is::DROP_POLICY => node.need(Is::ON_TABLE)?,
        _ => return Ok((name, None)),
    };
    let table = tables::relation(on)?;
    Ok((table.sibling(name.name), Some(table)))
}

/// Rights, roles, whole databases, maintenance, and whatever else a schema does not hold.
fn changes_nothing(node: Node<'_>) -> bool {
    let of_relations = matches!(
        node.kind(),
        Is::GRANT
            | Is::REVOKE
            | Is::ANALYZE
            | Is::VACUUM
            | Is::REINDEX
            | Is::CLUSTER
            | Is::REFRESH
            | Is::LOCK
            | Is::PREPARE
            | Is::DECLARE
            | Is::FETCH
            | Is::MOVE
            | Is::REASSIGN
            | Is::SECURITY_LABEL
    );
    of_relations || is_beside_relations(node.kind()) || node.any(&[Is::OWNER_TO, Is::SET_STATISTICS]).is_some()
}

/// Sessions, roles and whole databases: neither the schema nor a relation is touched.
pub(super) fn is_beside_relations(kind: Is) -> bool {
    matches!(
        kind,
        Is::CHECKPOINT
            | Is::NOTIFY
            | Is::LISTEN
            | Is::UNLISTEN
            | Is::LOAD
            | Is::SHOW
            | Is::DISCARD
            | Is::DEALLOCATE
            | Is::CLOSE
            | Is::ALTER_DEFAULT_PRIVILEGES
            | Is::ALTER_DATABASE
            | Is::ALTER_ROLE
            | Is::ALTER_USER
            | Is::ALTER_GROUP
            | Is::ALTER_SYSTEM
            | Is::ALTER_TABLESPACE
            | Is::ALTER_LARGE_OBJECT
            | Is::ALTER_USER_MAPPING
            | Is::CREATE_DATABASE
            | Is::CREATE_ROLE
            | Is::CREATE_USER
            | Is::CREATE_GROUP
            | Is::CREATE_TABLESPACE
            | Is::CREATE_USER_MAPPING
            | Is::DROP_DATABASE
            | Is::DROP_ROLE
            | Is::DROP_USER
            | Is::DROP_GROUP
            | Is::DROP_TABLESPACE
            | Is::DROP_USER_MAPPING
    )
}

fn head(node: Node<'_>) -> String {
    node.text().split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
