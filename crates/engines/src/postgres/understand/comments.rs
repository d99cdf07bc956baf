use whimbrel_plan::{CommentTarget, Step};
use whimbrel_schema::{ObjectId, ObjectKind, ObjectName};

use super::create;
use super::sequences::qualified_column;
use super::tree::{Is, Node};
use super::{Refusal, Steps, inert};

pub(super) fn comment(node: Node<'_>) -> Steps {
    let subject = node.first_node().ok_or_else(|| node.refuse("COMMENT ON what"))?;
    let to = match node.child(Is::LITERAL) {
        Some(literal) => Some(literal.text_value()?).filter(|text| !text.is_empty()),
        None => None,
    };
    Ok(match target(subject)? {
        Some(on) => vec![Step::SetComment { on, to }],
        None => inert(node),
    })
}

/// `None` for what a schema keeps no comment of.
fn target(subject: Node<'_>) -> Result<Option<CommentTarget>, Refusal> {
    let name = |kind: Is| subject.need(kind)?.object_name();
    let object = |kind: ObjectKind, name: ObjectName| Ok(Some(CommentTarget::Object(ObjectId::new(kind, name))));
    match subject.kind() {
        Is::OBJECT_TABLE => Ok(Some(CommentTarget::Table(name(Is::TABLE_NAME_REF)?))),
        Is::OBJECT_COLUMN => {
            let (table, column) = qualified_column(subject.need(Is::QUALIFIED_COLUMN_NAME_REF)?)?;
            Ok(Some(CommentTarget::Column(table, column)))
        }
        Is::OBJECT_CONSTRAINT => match subject.child(Is::TABLE_NAME_REF) {
            Some(table) => {
                let constraint = subject.need(Is::CONSTRAINT_NAME_REF)?.name()?;
                Ok(Some(CommentTarget::Constraint(table.object_name()?, constraint)))
            }
            None => Err(subject.refuse("a comment on a domain's constraint has no step")),
        },
        Is::OBJECT_INDEX => Ok(Some(CommentTarget::Index(name(Is::INDEX_REF)?))),
        Is::OBJECT_TRIGGER => {
            let trigger = subject.need(Is::TRIGGER_REF)?.name()?;
            Ok(Some(CommentTarget::Trigger(name(Is::RELATION_NAME_REF)?, trigger)))
        }
        Is::OBJECT_SCHEMA => {
            let schema = name(Is::SCHEMA_REF)?;
            if schema.name == super::DEFAULT_NAMESPACE { Ok(None) } else { object(ObjectKind::Namespace, schema) }
        }
        Is::OBJECT_TYPE => object(ObjectKind::Enum, name(Is::TYPE_NAME_REF)?),
        Is::OBJECT_DOMAIN => object(ObjectKind::Domain, name(Is::DOMAIN_REF)?),
        Is::OBJECT_SEQUENCE => object(ObjectKind::Sequence, name(Is::SEQUENCE_REF)?),
        Is::OBJECT_VIEW => object(ObjectKind::View, name(Is::VIEW_REF)?),
        Is::OBJECT_MATERIALIZED_VIEW => object(ObjectKind::MaterializedView, name(Is::VIEW_REF)?),
        Is::OBJECT_FUNCTION | Is::OBJECT_PROCEDURE | Is::OBJECT_ROUTINE | Is::OBJECT_AGGREGATE => {
            let signature = subject.first_node().ok_or_else(|| subject.refuse("a function without a name"))?;
            let path = signature.first_node().ok_or_else(|| subject.refuse("a function without a name"))?;
            let detail = create::arguments(signature)?;
            let id = ObjectId { kind: ObjectKind::Routine, name: path.object_name()?, detail };
            Ok(Some(CommentTarget::Object(id)))
        }
        _ => Ok(None),
    }
}
