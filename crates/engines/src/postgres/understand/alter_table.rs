use whimbrel_plan::{Amendment, RowSecurityChange, SequenceChange, Step};
use whimbrel_schema::{Object, ObjectName, Opaque, Persistence};

use super::constraints::{self, Clause};
use super::sequences::{self, moved};
use super::tree::{Is, Node};
use super::{Refusal, Steps, cascade, columns, indexes, tables};
use crate::postgres::types;

pub(super) fn alter(node: Node<'_>) -> Steps {
    if node.has(Is::ALL_IN_TABLESPACE) {
        return Err(node.refuse("which tables are in a tablespace is not known"));
    }
    let relation = node.need(Is::TABLE_RELATION_NAME)?;
    let table = tables::relation(node)?;
    let mut steps = Vec::new();
    for action in actions(node, relation) {
        steps.extend(self::action(action, relation, &table)?);
    }
    if steps.is_empty() {
        return Err(node.refuse("ALTER TABLE without an action"));
    }
    Ok(steps)
}

/// The clauses behind the table's name.
pub(super) fn actions<'t>(node: Node<'t>, relation: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    let actions = node.children().skip_while(move |child| child.start() < relation.end());
    actions.filter(|child| !matches!(child.kind(), Is::COMMA | Is::SEMICOLON))
}

pub(super) fn action(node: Node<'_>, relation: Node<'_>, table: &ObjectName) -> Steps {
    let table = table.clone();
    let inert = || Step::Inert { what: format!("ALTER TABLE {} {}", relation.sql(), node.sql()) };
    let amend = |amendment: Amendment| Step::Amend(Box::new(amendment));
    let security = |change| amend(Amendment::RowSecurity { table: table.clone(), change });
    let if_exists = node.has(Is::IF_EXISTS);
    Ok(vec![match node.kind() {
        Is::ADD_COLUMN => {
            let columns::Read { column, constraints, settings } = columns::column(node, &table)?;
            let if_not_exists = node.has(Is::IF_NOT_EXISTS);
            if if_not_exists && !settings.is_empty() {
                return Err(node.refuse("whether the parameters of its index are taken depends on whether it is there"));
            }
            let add = Step::AddColumn { table, column: Box::new(column), constraints, if_not_exists };
            return Ok(std::iter::once(add).chain(settings).collect());
        }
        Is::DROP_COLUMN => {
            let column = node.need(Is::COLUMN_NAME_REF)?.name()?;
            Step::DropColumn { table, column, if_exists, cascade: cascade(node) }
        }
        Is::ALTER_COLUMN => alter_column(node, relation, table)?,
        Is::RENAME_COLUMN => {
            let from = node.need(Is::COLUMN_NAME_REF)?.name()?;
            Step::RenameColumn { table, from, to: node.need(Is::COLUMN_NAME)?.name()? }
        }
        Is::TABLE_RENAME_TO => {
            let to = table.sibling(node.need(Is::TABLE_NAME)?.object_name()?.name);
            Step::RenameTable { from: table, to }
        }
        Is::SET_SCHEMA => {
            let to = moved(node, &table)?;
            Step::RenameTable { from: table, to }
        }

        Is::ADD_CONSTRAINT => return add_constraint(node, table),
        Is::DROP_CONSTRAINT => {
            let name = node.need(Is::CONSTRAINT_NAME_REF)?.name()?;
            Step::DropConstraint { table, name, if_exists, cascade: cascade(node) }
        }
        Is::RENAME_CONSTRAINT => {
            let from = node.need(Is::CONSTRAINT_NAME_REF)?.name()?;
            Step::RenameConstraint { table, from, to: node.need(Is::CONSTRAINT_NAME)?.name()? }
        }
        Is::VALIDATE_CONSTRAINT => {
            Step::ValidateConstraint { table, name: node.need(Is::CONSTRAINT_NAME_REF)?.name()? }
        }
        Is::ALTER_CONSTRAINT => {
            let other = [Is::ENFORCED, Is::NOT_ENFORCED, Is::INHERIT, Is::NO_INHERIT, Is::NOT_VALID];
            if let Some(option) = node.any(&other) {
                return Err(option.refuse("this change of a constraint has no step"));
            }
            let name = node.need(Is::CONSTRAINT_NAME_REF)?.name()?;
            Step::SetDeferrable { table, name, to: constraints::deferrable(node) }
        }

        Is::ATTACH_PARTITION => {
            let partition = node.need(Is::TABLE_NAME_REF)?.object_name()?;
            Step::AttachPartition { parent: table, partition, bound: tables::bound(node)? }
        }
        Is::DETACH_PARTITION if node.has(Is::DETACH_FINALIZE) => {
            return Err(node.refuse("what a detach that was cut short left behind is not known"));
        }
        Is::DETACH_PARTITION => {
            let partition = node.need(Is::TABLE_NAME_REF)?.object_name()?;
            Step::DetachPartition { parent: table, partition, concurrently: node.has(Is::DETACH_CONCURRENTLY) }
        }

        Is::SET_LOGGED => amend(Amendment::Persistence { table, to: Persistence::Permanent }),
        Is::SET_UNLOGGED => amend(Amendment::Persistence { table, to: Persistence::Unlogged }),
        Is::SET_TABLESPACE => {
            let name = node.need(Is::TABLESPACE_REF)?.name()?;
            amend(Amendment::Tablespace { table, to: Some(name).filter(|name| name != "pg_default") })
        }
        Is::SET_OPTIONS | Is::RESET_OPTIONS => {
            amend(Amendment::Storage { table, set: indexes::changed_storage(node)? })
        }
        Is::INHERIT_TABLE | Is::NO_INHERIT_TABLE => {
            let parent = node.need(Is::TABLE_NAME_REF)?.object_name()?;
            amend(Amendment::Inherit { table, parent, inherits: node.kind() == Is::INHERIT_TABLE })
        }
        Is::ENABLE_RLS => security(RowSecurityChange::Enable),
        Is::DISABLE_RLS => security(RowSecurityChange::Disable),
        Is::FORCE_RLS => security(RowSecurityChange::Force),
        Is::NO_FORCE_RLS => security(RowSecurityChange::NoForce),

        Is::ENABLE_TRIGGER | Is::DISABLE_TRIGGER => match node.child(Is::TRIGGER_REF) {
            Some(trigger) => {
                let enabled = node.kind() == Is::ENABLE_TRIGGER;
                Step::SetTriggerEnabled { table, name: trigger.name()?, enabled }
            }
            None => return Err(node.refuse("which triggers the table has is not known here")),
        },

        Is::REPLICA_IDENTITY => replica_identity(node, table)?,
        Is::OWNER_TO | Is::CLUSTER_ON | Is::SET_WITHOUT_CLUSTER | Is::SET_WITHOUT_OIDS => inert(),
        Is::SET_ACCESS_METHOD if node.text().to_ascii_lowercase().ends_with(" heap") => inert(),
        _ => return Err(node.refuse(format!("`{}` has no step", head(node)))),
    }])
}

/// Kept as an object that hangs on the table, named by the table or by the index.
fn replica_identity(node: Node<'_>, table: ObjectName) -> Result<Step, Refusal> {
    let (part, definition) = if let Some(using) = node.child(Is::USING_INDEX_NAME) {
        (using.need(Is::INDEX_REF)?.object_name()?.name, "USING INDEX")
    } else if node.has(Is::REPLICA_IDENTITY_FULL) {
        (table.name.clone(), "FULL")
    } else if node.has(Is::REPLICA_IDENTITY_NOTHING) {
        (table.name.clone(), "NOTHING")
    } else {
        return Err(node.refuse("what the replica identity was is not known here"));
    };
    let identity = Opaque {
        kind: "replica identity".to_string(),
        name: table.sibling(part),
        table: Some(table),
        definition: definition.to_string(),
    };
    Ok(Step::CreateObject { object: Box::new(Object::Opaque(identity)), replace: true, if_not_exists: false })
}

/// The first words, for a reason.
fn head(node: Node<'_>) -> String {
    node.text().split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn add_constraint(node: Node<'_>, table: ObjectName) -> Steps {
    let clause = node.any(constraints::CLAUSES).ok_or_else(|| node.refuse("ADD without a constraint"))?;
    Ok(match constraints::clause(clause, None)? {
        Clause::Constraint { constraint, using_index, settings } => {
            let index = table.sibling(constraint.name().unwrap_or_default());
            let add = Step::AddConstraint { table, constraint: Box::new(constraint), using_index };
            std::iter::once(add).chain(settings.into_iter().map(|setting| setting.step(index.clone()))).collect()
        }
        Clause::NotNull(Some(column)) => vec![Step::SetNullable { table, column, nullable: false }],
        Clause::NotNull(None)
        | Clause::Null
        | Clause::Default { .. }
        | Clause::Identity { .. }
        | Clause::Generated(_) => return Err(clause.refuse("a column's clause without a column")),
    })
}

fn alter_column(node: Node<'_>, relation: Node<'_>, table: ObjectName) -> Result<Step, Refusal> {
    let column = node.need(Is::COLUMN_NAME_REF)?.name()?;
    let name = node.need(Is::COLUMN_NAME_REF)?;
    let action = node.children().find(|child| child.start() >= name.end());
    let action = action.ok_or_else(|| node.refuse("ALTER COLUMN without an action"))?;
    Ok(match action.kind() {
        Is::SET_NOT_NULL => Step::SetNullable { table, column, nullable: false },
        Is::DROP_NOT_NULL => Step::SetNullable { table, column, nullable: true },
        Is::SET_DEFAULT => {
            let value = action.first_node().ok_or_else(|| action.refuse("SET DEFAULT without a value"))?;
            Step::SetDefault { table, column, to: constraints::default_value(value) }
        }
        Is::DROP_DEFAULT => Step::SetDefault { table, column, to: None },
        Is::SET_TYPE => {
            let written = action.any(columns::TYPES).ok_or_else(|| action.refuse("TYPE without a type"))?;
            let collation = action.child(Is::COLLATE).map(constraints::collation).transpose()?.flatten();
            let using = action.child(Is::USING_EXPR).and_then(|using| using.first_node());
            let using = using.map(|using| using.bare().expression());
            Step::SetColumnType { table, column, to: types::read(&written.sql()), collation, using }
        }
        Is::ADD_GENERATED => {
            let numbers = match action.child(Is::SEQUENCE_OPTION_LIST) {
                Some(list) => sequences::numbers(list)?,
                None => SequenceChange::default(),
            };
            // The column's type is not known here; completing the table brings the numbers within it.
            let identity = constraints::identity(action.has(Is::GENERATED_ALWAYS), numbers, i64::MAX);
            Step::SetGeneration { table, column, to: Some(identity) }
        }
        Is::DROP_IDENTITY | Is::DROP_EXPRESSION => Step::SetGeneration { table, column, to: None },
        Is::SET_EXPRESSION => {
            let to = action.inside().ok_or_else(|| action.refuse("SET EXPRESSION without an expression"))?;
            Step::Amend(Box::new(Amendment::GenerationExpression { table, column, to }))
        }
        Is::SET_GENERATED_OPTIONS | Is::SET_GENERATED | Is::SET_SEQUENCE_OPTION | Is::RESTART => {
            let (always, numbers) = changed_identity(action)?;
            if always.is_none() && numbers.is_empty() {
                return Ok(inert(node, relation));
            }
            Step::Amend(Box::new(Amendment::Identity { table, column, always, numbers }))
        }
        Is::SET_STATISTICS => inert(node, relation),
        Is::SET_STORAGE | Is::SET_COMPRESSION | Is::SET_OPTIONS | Is::RESET_OPTIONS => {
            return Err(action.refuse("how a column is stored is compared with its type's default"));
        }
        _ => return Err(action.refuse(format!("`{}` has no step", head(action)))),
    })
}

fn inert(node: Node<'_>, relation: Node<'_>) -> Step {
    Step::Inert { what: format!("ALTER TABLE {} {}", relation.sql(), node.sql()) }
}

/// `SET GENERATED BY DEFAULT SET INCREMENT BY 2 RESTART`: RESTART moves the sequence, and changes no schema.
fn changed_identity(action: Node<'_>) -> Result<(Option<bool>, SequenceChange), Refusal> {
    let mut always = None;
    let mut numbers = SequenceChange::default();
    for part in action.descendants() {
        match part.kind() {
            Is::SET_GENERATED => always = Some(part.has(Is::GENERATED_ALWAYS)),
            Is::SET_SEQUENCE_OPTION => {
                let change = sequences::numbers(part)?;
                numbers = SequenceChange {
                    start: change.start.or(numbers.start),
                    increment: change.increment.or(numbers.increment),
                    minimum: change.minimum.or(numbers.minimum),
                    maximum: change.maximum.or(numbers.maximum),
                    cache: change.cache.or(numbers.cache),
                    cycle: change.cycle.or(numbers.cycle),
                };
            }
            _ => {}
        }
    }
    Ok((always, numbers))
}
