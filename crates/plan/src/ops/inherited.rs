//! Partitions and children take over what is done to their parent; the engine refuses to be told twice.

use std::collections::HashSet;

use whimbrel_schema::{Constraint, ObjectName};

use super::Setting;
use crate::Change;

/// The changes without those that come with the same change of a parent.
pub(super) fn without(setting: &Setting<'_>, mut changes: Vec<Change>) -> Vec<Change> {
    let made: HashSet<(ObjectName, Part)> =
        changes.iter().filter_map(|change| Some((change.table()?.clone(), part_of(change)?))).collect();
    changes.retain(|change| {
        let (Some(table), Some(part)) = (change.table(), part_of(change)) else { return true };
        !parents(setting, table).into_iter().any(|parent| made.contains(&(parent, part.clone())))
    });
    changes
}

/// What is passed on to children, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Column(String),
    Check(String),
}

fn part_of(change: &Change) -> Option<Part> {
    match change {
        Change::AddColumn { column, .. } | Change::DropColumn { column, .. } => Some(Part::Column(column.name.clone())),
        Change::AlterColumn { column, .. } => Some(Part::Column(column.to.name.clone())),
        Change::AddConstraint { constraint, .. } | Change::DropConstraint { constraint, .. } => check(constraint),
        Change::AlterConstraint { constraint, .. } => check(&constraint.to),
        Change::CreateTable { .. }
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::AlterTableOptions { .. }
        | Change::RenameColumn { .. }
        | Change::CreateIndex { .. }
        | Change::DropIndex { .. }
        | Change::AlterIndex { .. }
        | Change::CreateTrigger { .. }
        | Change::DropTrigger { .. }
        | Change::AlterTrigger { .. }
        | Change::CreateObject { .. }
        | Change::DropObject { .. }
        | Change::RenameObject { .. }
        | Change::AlterObject { .. }
        | Change::RenameEnumValue { .. }
        | Change::SetComment { .. } => None,
    }
}

fn check(constraint: &Constraint) -> Option<Part> {
    match constraint {
        Constraint::Check(check) if !check.no_inherit => check.name.clone().map(Part::Check),
        Constraint::Check(_)
        | Constraint::PrimaryKey(_)
        | Constraint::Unique(_)
        | Constraint::ForeignKey(_)
        | Constraint::Exclusion(_) => None,
    }
}

/// Those that it has on both sides.
fn parents(setting: &Setting<'_>, table: &ObjectName) -> Vec<ObjectName> {
    let (Some(from), Some(to)) = (setting.schemas.from.table(table), setting.schemas.to.table(table)) else {
        return Vec::new();
    };
    let mut parents: Vec<ObjectName> =
        from.options.inherits.iter().filter(|parent| to.options.inherits.contains(parent)).cloned().collect();
    if let (Some(before), Some(after)) = (&from.options.partition_of, &to.options.partition_of)
        && before.parent == after.parent
    {
        parents.push(after.parent.clone());
    }
    parents
}
