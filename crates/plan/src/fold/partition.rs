use whimbrel_schema::{Check, Exclusion, ForeignKey, Index, ObjectName, PartitionOf, PrimaryKey, Table, Unique};

use super::{FoldError, Folding, table_mut};
use crate::Dialect;

pub(super) fn attach(
    schema: &mut Folding,
    parent: &ObjectName,
    partition: &ObjectName,
    bound: &str,
) -> Result<(), FoldError> {
    let given = Given::by(schema.table(parent).ok_or_else(|| FoldError::no_table(parent))?);
    let child = table_mut(schema, partition)?;
    if let Some(already) = &child.options.partition_of {
        return Err(FoldError::exists(format_args!("partition `{partition}` of `{}`", already.parent)));
    }
    child.options.partition_of = Some(PartitionOf { parent: parent.clone(), bound: bound.to_string() });
    given.take_from(child);
    schema.forget_children();
    Ok(())
}

pub(super) fn detach(
    schema: &mut Folding,
    parent: &ObjectName,
    partition: &ObjectName,
    concurrently: bool,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let given = schema.table(parent).map(Given::by);
    let left = match (concurrently, schema.table(parent), schema.table(partition)) {
        (true, Some(parent), Some(child)) => dialect.left_by_detaching(parent, child),
        (true | false, _, _) => None,
    };
    let child = table_mut(schema, partition)?;
    match &child.options.partition_of {
        Some(attached) if attached.parent == *parent => {
            child.options.partition_of = None;
            child.checks.extend(left.map(|bound| Check::new(None, bound.as_str())));
            if let Some(given) = given {
                given.leave_with(child);
            }
            schema.forget_children();
            schema.forget_references();
            dialect.complete(schema, partition);
            Ok(())
        }
        Some(_) | None => Err(FoldError::missing(format_args!("partition `{partition}` of `{parent}`"))),
    }
}

/// Keys, foreign keys and indexes that every partition has because its parent has them, without the names
/// that each partition has for its own. A partition lists none of them.
struct Given {
    primary_key: Option<PrimaryKey>,
    uniques: Vec<Unique>,
    foreign_keys: Vec<ForeignKey>,
    exclusions: Vec<Exclusion>,
    indexes: Vec<Index>,
}

impl Given {
    fn by(parent: &Table) -> Self {
        Given {
            primary_key: parent.primary_key.as_ref().map(unnamed_key),
            uniques: parent.uniques.iter().map(unnamed_unique).collect(),
            foreign_keys: parent.foreign_keys.iter().map(unnamed_foreign_key).collect(),
            exclusions: parent.exclusions.iter().map(unnamed_exclusion).collect(),
            indexes: parent.indexes.iter().map(unnamed_index).collect(),
        }
    }

    fn take_from(&self, child: &mut Table) {
        if child.primary_key.as_ref().map(unnamed_key) == self.primary_key {
            child.primary_key = None;
        }
        child.uniques.retain(|own| !self.uniques.contains(&unnamed_unique(own)));
        child.foreign_keys.retain(|own| !self.foreign_keys.contains(&unnamed_foreign_key(own)));
        child.exclusions.retain(|own| !self.exclusions.contains(&unnamed_exclusion(own)));
        child.indexes.retain(|own| !self.indexes.contains(&unnamed_index(own)));
    }

    /// What the table was given stays with it when it goes its own way.
    fn leave_with(self, child: &mut Table) {
        child.primary_key = child.primary_key.take().or(self.primary_key);
        child.uniques.extend(self.uniques);
        child.foreign_keys.extend(self.foreign_keys);
        child.exclusions.extend(self.exclusions);
        child.indexes.extend(self.indexes);
    }
}

fn unnamed_key(key: &PrimaryKey) -> PrimaryKey {
    PrimaryKey { name: None, comment: None, ..key.clone() }
}

fn unnamed_unique(unique: &Unique) -> Unique {
    Unique { name: None, comment: None, ..unique.clone() }
}

fn unnamed_foreign_key(key: &ForeignKey) -> ForeignKey {
    ForeignKey { name: None, comment: None, ..key.clone() }
}

fn unnamed_exclusion(exclusion: &Exclusion) -> Exclusion {
    Exclusion { name: None, comment: None, ..exclusion.clone() }
}

fn unnamed_index(index: &Index) -> Index {
    Index { name: String::new(), comment: None, ..index.clone() }
}
