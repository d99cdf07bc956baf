use std::collections::BTreeMap;

use whimbrel_plan::Step;
use whimbrel_schema::{ObjectName, PartitionOf, Persistence, Table};

use super::constraints::{self, Clause};
use super::tree::{Is, Node};
use super::{Refusal, Steps, columns};
use crate::postgres::{creation, quote};

pub(super) fn create(node: Node<'_>) -> Steps {
    for kind in [Is::OF_TYPE, Is::USING_METHOD] {
        let known = |clause: &Node<'_>| clause.text().to_ascii_lowercase().ends_with(" heap");
        if let Some(clause) = node.child(kind).filter(|clause| !known(clause)) {
            return Err(clause.refuse(format!("`{}` has no place in a schema", clause.text())));
        }
    }
    let mut table = Table::new(node.need(Is::TABLE_NAME)?.object_name()?);
    let partition = node.child(Is::PARTITION_OF);
    if let Some(parent) = partition {
        let parent = parent.need(Is::TABLE_NAME_REF)?.object_name()?;
        table.options.partition_of = Some(PartitionOf { parent, bound: bound(node)? });
    }
    let mut settings = Vec::new();
    for argument in node.child(Is::TABLE_ARG_LIST).into_iter().flat_map(|list| list.children()) {
        settings.extend(read_argument(argument, &mut table, partition.is_some())?);
    }
    let if_not_exists = node.has(Is::IF_NOT_EXISTS);
    if if_not_exists && !settings.is_empty() {
        return Err(node.refuse("whether the parameters of its indexes are taken depends on whether it is there"));
    }
    table.options.persistence = persistence(node);
    for parent in node.child(Is::INHERITS).into_iter().flat_map(|inherits| inherits.all(Is::TABLE_NAME_REF)) {
        table.options.inherits.push(parent.object_name()?);
    }
    table.options.partition_by = node.child(Is::PARTITION_BY).map(partition_by).transpose()?;
    if let Some(parameters) = node.child(Is::WITH_PARAMS) {
        table.options.storage = storage(parameters)?;
    }
    table.options.tablespace = tablespace(node)?;
    for column in table.primary_key.iter().flat_map(|key| &key.columns) {
        if let Some(column) = table.columns.iter_mut().find(|candidate| candidate.name == *column) {
            column.nullable = false;
        }
    }
    creation::validate_all(&mut table);
    let create = Step::CreateTable { table: Box::new(table), if_not_exists };
    Ok(std::iter::once(create).chain(settings).collect())
}

/// Reads it into the table; what it says of an index behind a constraint comes back.
fn read_argument(node: Node<'_>, table: &mut Table, partition: bool) -> Steps {
    match node.kind() {
        Is::COLUMN if partition => Err(node.refuse("a partition that has more to say of its columns than its parent")),
        Is::COLUMN => {
            let columns::Read { column, constraints, settings } = columns::column(node, &table.name)?;
            table.columns.push(column);
            for constraint in constraints {
                add(table, constraint, node)?;
            }
            Ok(settings)
        }
        Is::LIKE_CLAUSE => Err(node.refuse("the columns of LIKE follow from another table")),
        kind if constraints::CLAUSES.contains(&kind) => match constraints::clause(node, None)? {
            Clause::Constraint { constraint, using_index: _, settings } => {
                let index = table.name.sibling(constraint.name().unwrap_or_default());
                add(table, constraint, node)?;
                Ok(settings.into_iter().map(|setting| setting.step(index.clone())).collect())
            }
            Clause::NotNull(Some(column)) => {
                let found = table.column_mut(&column);
                found.ok_or_else(|| node.refuse(format!("there is no column `{column}`")))?.nullable = false;
                Ok(Vec::new())
            }
            Clause::NotNull(None)
            | Clause::Null
            | Clause::Default { .. }
            | Clause::Identity { .. }
            | Clause::Generated(_) => Err(node.refuse("a column's clause without a column")),
        },
        _ => Ok(Vec::new()),
    }
}

fn add(table: &mut Table, constraint: whimbrel_schema::Constraint, node: Node<'_>) -> Result<(), Refusal> {
    if table.primary_key.is_some() && matches!(constraint, whimbrel_schema::Constraint::PrimaryKey(_)) {
        return Err(node.refuse("a second primary key"));
    }
    table.add_constraint(constraint);
    Ok(())
}

pub(super) fn persistence(node: Node<'_>) -> Persistence {
    match node.any(&[Is::TEMP, Is::UNLOGGED]).map(|node| node.kind()) {
        Some(Is::TEMP) => Persistence::Temporary,
        Some(_) => Persistence::Unlogged,
        None => Persistence::Permanent,
    }
}

/// `RANGE (created_at)`, as the catalogue prints it.
fn partition_by(node: Node<'_>) -> Result<String, Refusal> {
    let strategy = node.need(Is::PARTITION_STRATEGY)?.text().to_ascii_uppercase();
    let items = node.need(Is::PARTITION_ITEM_LIST)?.all(Is::PARTITION_ITEM).map(|item| match item.first_node() {
        Some(name) if name.kind() == Is::NAME_REF && name.end() == item.end() => Ok(quote::quote(&name.name()?)),
        _ => Ok(item.sql()),
    });
    Ok(format!("{strategy} ({})", items.collect::<Result<Vec<_>, _>>()?.join(", ")))
}

/// Which rows a partition holds, as the catalogue prints it.
pub(super) fn bound(node: Node<'_>) -> Result<String, Refusal> {
    let kinds = [
        Is::PARTITION_DEFAULT,
        Is::PARTITION_FOR_VALUES_FROM,
        Is::PARTITION_FOR_VALUES_IN,
        Is::PARTITION_FOR_VALUES_WITH,
    ];
    let bound = node.any(&kinds).ok_or_else(|| node.refuse("a partition without a bound"))?;
    let values = |list: Node<'_>| {
        let values = list.children().filter(|child| !matches!(child.kind(), Is::COMMA | Is::L_PAREN | Is::R_PAREN));
        values.map(value).collect::<Vec<_>>().join(", ")
    };
    Ok(match bound.kind() {
        Is::PARTITION_DEFAULT => "DEFAULT".to_string(),
        Is::PARTITION_FOR_VALUES_FROM => {
            let from = values(bound.need(Is::PARTITION_FROM_VALUES)?);
            let to = values(bound.need(Is::PARTITION_TO_VALUES)?);
            format!("FOR VALUES FROM ({from}) TO ({to})")
        }
        Is::PARTITION_FOR_VALUES_IN => {
            let list = bound.children().skip_while(|child| child.kind() != Is::L_PAREN);
            let list = list.filter(|child| !matches!(child.kind(), Is::COMMA | Is::L_PAREN | Is::R_PAREN));
            format!("FOR VALUES IN ({})", list.map(value).collect::<Vec<_>>().join(", "))
        }
        _ => {
            let parts = bound.children().filter(|child| child.kind() == Is::HASH_PARTITION_BOUND);
            let parts: Vec<String> = parts.map(|part| part.sql().to_ascii_lowercase()).collect();
            format!("FOR VALUES WITH ({})", parts.join(", "))
        }
    })
}

/// A value of a bound: the catalogue prints literals without their casts.
fn value(node: Node<'_>) -> String {
    let literal = node.all(Is::LITERAL).next().filter(|_| node.kind() == Is::CAST_EXPR);
    match node.kind() {
        Is::NAME_REF => node.text().to_ascii_uppercase(),
        _ => literal.unwrap_or(node).sql(),
    }
}

/// `WITH (fillfactor = 70)`, also of a SET. A parameter without a value is switched on.
pub(super) fn storage(node: Node<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let options = parameters(node)?.into_iter();
    Ok(options.map(|(key, value)| (key, value.unwrap_or_else(|| "true".to_string()))).collect())
}

pub(super) fn parameters(node: Node<'_>) -> Result<Vec<(String, Option<String>)>, Refusal> {
    let mut read = Vec::new();
    for option in node.need(Is::ATTRIBUTE_LIST)?.all(Is::ATTRIBUTE_OPTION) {
        let mut key = option.need(Is::ATTRIBUTE_NAME)?.name()?;
        if let Some(namespace) = option.child(Is::ATTRIBUTE_NAMESPACE) {
            key = format!("{}.{key}", namespace.name()?);
        }
        let value = option.child(Is::ATTRIBUTE_VALUE).map(|value| match quote::text_value(value.text()) {
            Some(text) => text,
            None => value.text().to_ascii_lowercase(),
        });
        read.push((key, value));
    }
    Ok(read)
}

pub(super) fn tablespace(node: Node<'_>) -> Result<Option<String>, Refusal> {
    let Some(clause) = node.any(&[Is::TABLESPACE_CLAUSE, Is::SET_TABLESPACE]) else { return Ok(None) };
    let name = clause.need(Is::TABLESPACE_REF)?.name()?;
    Ok(Some(name).filter(|name| name != "pg_default"))
}

/// The table of an ALTER or CREATE INDEX, with or without ONLY.
pub(super) fn relation(node: Node<'_>) -> Result<ObjectName, Refusal> {
    let relation = node.any(&[Is::TABLE_RELATION_NAME, Is::RELATION_NAME]).unwrap_or(node);
    let name = relation.any(&[Is::TABLE_NAME_REF, Is::RELATION_NAME_REF]);
    name.ok_or_else(|| node.refuse("the name of the table is missing"))?.object_name()
}
