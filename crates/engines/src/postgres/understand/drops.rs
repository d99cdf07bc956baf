use whimbrel_plan::Step;
use whimbrel_schema::{ObjectId, ObjectKind, ObjectName};

use super::create;
use super::tree::{Is, Node};
use super::{Refusal, Steps, cascade, tables};

const NAMES: &[Is] = &[
    Is::TABLE_NAME_REF,
    Is::INDEX_REF,
    Is::SEQUENCE_REF,
    Is::VIEW_REF,
    Is::TYPE_NAME_REF,
    Is::DOMAIN_REF,
    Is::EXTENSION_REF,
    Is::SCHEMA_REF,
];

const SIGNATURES: &[Is] = &[Is::FUNCTION_SIG, Is::PROCEDURE_SIG, Is::ROUTINE_SIG, Is::AGGREGATE];

/// One step per name.
pub(super) fn drop_(node: Node<'_>) -> Steps {
    if node.kind() == Is::DROP_TRIGGER {
        let name = node.need(Is::TRIGGER_REF)?.name()?;
        let table = Some(tables::relation(node.need(Is::ON_RELATION)?)?);
        return Ok(vec![Step::DropTrigger { table, name, if_exists: node.has(Is::IF_EXISTS) }]);
    }
    let steps: Vec<Step> = names(node).map(|name| one(node, name)).collect::<Result<_, _>>()?;
    if steps.is_empty() {
        return Err(node.refuse("nothing is named"));
    }
    Ok(steps)
}

/// What the statement names to be dropped.
pub(super) fn names<'t>(node: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    node.descendants().filter(|child| NAMES.contains(&child.kind()) || SIGNATURES.contains(&child.kind()))
}

fn one(node: Node<'_>, written: Node<'_>) -> Result<Step, Refusal> {
    let (if_exists, cascade) = (node.has(Is::IF_EXISTS), cascade(node));
    let kind = match node.kind() {
        Is::DROP_TABLE => return Ok(Step::DropTable { table: written.object_name()?, if_exists, cascade }),
        Is::DROP_INDEX => {
            let concurrently = node.has(Is::CONCURRENTLY_KW);
            return Ok(Step::DropIndex { index: written.object_name()?, concurrently, if_exists, cascade });
        }
        Is::DROP_SCHEMA => {
            let name = written.name()?;
            if name == super::DEFAULT_NAMESPACE {
                return Err(written.refuse("the default schema and all that is in it"));
            }
            let object = ObjectId::new(ObjectKind::Namespace, ObjectName::new(name));
            return Ok(Step::DropObject { object, if_exists, cascade });
        }
        Is::DROP_SEQUENCE => ObjectKind::Sequence,
        Is::DROP_VIEW => ObjectKind::View,
        Is::DROP_MATERIALIZED_VIEW => ObjectKind::MaterializedView,
        Is::DROP_TYPE => ObjectKind::Enum,
        Is::DROP_DOMAIN => ObjectKind::Domain,
        Is::DROP_EXTENSION => ObjectKind::Extension,
        _ => {
            let name = written.first_node().ok_or_else(|| written.refuse("a name is missing"))?.object_name()?;
            let object = ObjectId { kind: ObjectKind::Routine, name, detail: create::arguments(written)? };
            return Ok(Step::DropObject { object, if_exists, cascade });
        }
    };
    Ok(Step::DropObject { object: ObjectId::new(kind, written.object_name()?), if_exists, cascade })
}
