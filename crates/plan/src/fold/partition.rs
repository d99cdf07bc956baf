use whimbrel_schema::{ObjectName, PartitionOf, Schema};

use super::{FoldError, table_mut};

pub(super) fn attach(
    schema: &mut Schema,
    parent: &ObjectName,
    partition: &ObjectName,
    bound: &str,
) -> Result<(), FoldError> {
    if schema.table(parent).is_none() {
        return Err(FoldError::no_table(parent));
    }
    let child = table_mut(schema, partition)?;
    if let Some(already) = &child.options.partition_of {
        return Err(FoldError::exists(format_args!("partition `{partition}` of `{}`", already.parent)));
    }
    child.options.partition_of = Some(PartitionOf { parent: parent.clone(), bound: bound.to_string() });
    Ok(())
}

pub(super) fn detach(schema: &mut Schema, parent: &ObjectName, partition: &ObjectName) -> Result<(), FoldError> {
    let child = table_mut(schema, partition)?;
    match &child.options.partition_of {
        Some(attached) if attached.parent == *parent => {
            child.options.partition_of = None;
            Ok(())
        }
        Some(_) | None => Err(FoldError::missing(format_args!("partition `{partition}` of `{parent}`"))),
    }
}

/// The tables that take over what is done to this one: its partitions and those that inherit from it.
pub(super) fn children(schema: &Schema, parent: &ObjectName) -> Vec<ObjectName> {
    (schema.tables.values())
        .filter(|table| {
            table.options.partition_of.as_ref().is_some_and(|it| it.parent == *parent)
                || table.options.inherits.contains(parent)
        })
        .map(|table| table.name.clone())
        .collect()
}
