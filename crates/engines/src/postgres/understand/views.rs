use whimbrel_plan::{Amendment, Step};
use whimbrel_schema::{Object, ObjectId, ObjectKind, Persistence, View};

use super::sequences::moved;
use super::tree::{Is, Node};
use super::{Steps, constraints, indexes, inert, tables};

const QUERIES: &[Is] = &[Is::SELECT, Is::COMPOUND_SELECT, Is::PAREN_SELECT, Is::VALUES, Is::TABLE];

pub(super) fn create(node: Node<'_>) -> Steps {
    if tables::persistence(node) == Persistence::Temporary {
        return Err(node.refuse("a view that ends with its session has no place in a schema"));
    }
    if let Some(word) = node.child(Is::RECURSIVE_KW) {
        return Err(word.refuse("write a recursive view as WITH RECURSIVE"));
    }
    let columns = node.child(Is::COLUMN_LIST).map(constraints::columns).transpose()?.unwrap_or_default();
    let query = node.any(QUERIES).ok_or_else(|| node.refuse("a view without a query"))?;
    let mut options = match node.child(Is::WITH_PARAMS) {
        Some(parameters) => tables::storage(parameters)?,
        None => std::collections::BTreeMap::new(),
    };
    if let Some(check) = node.child(Is::WITH_CHECK_OPTION) {
        let level = if check.has(Is::LOCAL_CHECK_OPTION) { "local" } else { "cascaded" };
        options.insert("check_option".to_string(), level.to_string());
    }
    let view = View {
        name: node.need(Is::VIEW)?.object_name()?,
        materialized: node.kind() == Is::CREATE_MATERIALIZED_VIEW,
        columns,
        query: whimbrel_schema::Expression::new(query.sql().trim_end_matches(';').trim_end()),
        options,
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment: None,
    };
    let (replace, if_not_exists) = (node.has(Is::OR_REPLACE), node.has(Is::IF_NOT_EXISTS));
    Ok(vec![Step::CreateObject { object: Box::new(Object::View(view)), replace, if_not_exists }])
}

pub(super) fn alter(node: Node<'_>) -> Steps {
    let kind = match node.kind() {
        Is::ALTER_MATERIALIZED_VIEW => ObjectKind::MaterializedView,
        _ => ObjectKind::View,
    };
    let Some(name) = node.child(Is::VIEW_REF) else { return Ok(inert(node)) };
    let name = name.object_name()?;
    let object = ObjectId::new(kind, name.clone());
    if let Some(rename) = node.child(Is::VIEW_RENAME_TO) {
        let to = name.sibling(rename.need(Is::VIEW)?.object_name()?.name);
        return Ok(vec![Step::RenameObject { object, to }]);
    }
    if let Some(set) = node.child(Is::SET_SCHEMA) {
        return Ok(vec![Step::RenameObject { object, to: moved(set, &name)? }]);
    }
    if let Some(action) = node.any(&[Is::SET_OPTIONS, Is::RESET_OPTIONS]) {
        let set = indexes::changed_storage(action)?;
        return Ok(vec![Step::Amend(Box::new(Amendment::ViewOptions { view: object, set }))]);
    }
    let nothing = [
        Is::OWNER_TO,
        Is::CLUSTER_ON,
        Is::SET_WITHOUT_CLUSTER,
        Is::SET_TABLESPACE,
        Is::DEPENDS_ON_EXTENSION,
        Is::NO_DEPENDS_ON_EXTENSION,
    ];
    if node.any(&nothing).is_some() {
        return Ok(inert(node));
    }
    Err(node.refuse("the query of the view would have to be known"))
}
