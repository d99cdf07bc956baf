use whimbrel_plan::Step;
use whimbrel_schema::{Column, Constraint, Generation};

use super::Refusal;
use super::constraints::{self as clauses, Clause};
use super::tree::{Is, Node};
use crate::postgres::{naming, types};

/// Every way a type can be written in the grammar.
pub(super) const TYPES: &[Is] = &[
    Is::ARRAY_TYPE,
    Is::BIT_TYPE,
    Is::BIT_VARYING_TYPE,
    Is::CHARACTER_TYPE,
    Is::DOUBLE_TYPE,
    Is::INTERVAL_TYPE,
    Is::PATH_TYPE,
    Is::PERCENT_TYPE,
    Is::TIMESTAMP_TYPE,
    Is::TIME_TYPE,
    Is::VARCHAR_TYPE,
];

/// A column of a table, with the constraints written beside it and what they say of their indexes.
pub(super) struct Read {
    pub(super) column: Column,
    pub(super) constraints: Vec<Constraint>,
    pub(super) settings: Vec<Step>,
}

pub(super) fn column(node: Node<'_>, table: &whimbrel_schema::ObjectName) -> Result<Read, Refusal> {
    let name = node.need(Is::COLUMN_NAME)?.name()?;
    let Some(written) = node.any(TYPES) else {
        return Err(node.refuse(format!("column `{name}` has no type")));
    };
    if let Some(clause) = node.any(&[Is::STORAGE, Is::COMPRESSION_METHOD]) {
        return Err(clause.refuse("how a column is stored is compared with its type's default"));
    }
    let mut column = Column::new(name, types::read(&written.sql()));
    if types::serial(written.text()).is_some() {
        let sequence = table.sibling(naming::object_name(&table.name, Some(&column.name), "seq"));
        column.generation = Some(Generation::Serial { sequence });
        column.nullable = false;
    }
    if let Some(collate) = node.child(Is::COLLATE) {
        column.collation = clauses::collation(collate)?;
    }
    let (mut constraints, mut settings) = (Vec::new(), Vec::new());
    for clause in node.children().filter(|child| clauses::CLAUSES.contains(&child.kind())) {
        match clauses::clause(clause, Some(&column.name))? {
            Clause::Constraint { constraint, using_index: _, settings: said } => {
                let index = table.sibling(constraint.name().unwrap_or_default());
                settings.extend(said.into_iter().map(|setting| setting.step(index.clone())));
                if matches!(constraint, Constraint::PrimaryKey(_)) {
                    column.nullable = false;
                }
                constraints.push(constraint);
            }
            Clause::NotNull(_) => column.nullable = false,
            Clause::Null => {}
            Clause::Default { value, collation } => {
                column.default = value;
                column.collation = collation.or(column.collation);
            }
            Clause::Identity { always, numbers } => {
                column.nullable = false;
                column.generation = Some(clauses::identity(always, numbers, types::ceiling(&column.ty)));
            }
            Clause::Generated(generation) => column.generation = Some(generation),
        }
    }
    Ok(Read { column, constraints, settings })
}
