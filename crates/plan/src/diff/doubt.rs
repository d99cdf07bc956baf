use std::collections::BTreeSet;

use whimbrel_schema::{Constraint, ObjectName};

use crate::Change;

/// The tables and objects among whose changes there is a text that only the engine can judge: the same meaning may be
/// written in two ways. `Driver::normalize` is asked for these, and the schemas are compared again.
pub fn in_doubt(changes: &[Change]) -> Vec<ObjectName> {
    let mut names = BTreeSet::new();
    for change in changes {
        match change {
            Change::AlterColumn { table, column } => {
                let defaults = column.from.default != column.to.default
                    && column.from.default.is_some()
                    && column.to.default.is_some();
                let generations = column.from.generation != column.to.generation
                    && column.from.generation.is_some()
                    && column.to.generation.is_some();
                if defaults || generations {
                    names.insert(table.clone());
                }
            }
            Change::AlterConstraint { table, constraint } => {
                if matches!(constraint.to, Constraint::Check(_) | Constraint::Exclusion(_)) {
                    names.insert(table.clone());
                }
            }
            // One that was renamed, or has no name, and is written differently.
            Change::AddConstraint { table, constraint } => {
                if matches!(**constraint, Constraint::Check(_) | Constraint::Exclusion(_)) {
                    names.insert(table.clone());
                }
            }
            Change::AlterIndex { table, .. } | Change::CreateIndex { table, .. } => {
                names.insert(table.clone());
            }
            Change::AlterTrigger { table, .. } => {
                names.insert(table.clone());
            }
            Change::AlterObject { object } => {
                names.insert(object.to.id().name);
            }
            Change::CreateTable { .. }
            | Change::DropTable { .. }
            | Change::RenameTable { .. }
            | Change::AlterTableOptions { .. }
            | Change::AddColumn { .. }
            | Change::DropColumn { .. }
            | Change::RenameColumn { .. }
            | Change::DropConstraint { .. }
            | Change::DropIndex { .. }
            | Change::CreateTrigger { .. }
            | Change::DropTrigger { .. }
            | Change::CreateObject { .. }
            | Change::DropObject { .. }
            | Change::RenameObject { .. }
            | Change::RenameEnumValue { .. }
            | Change::SetComment { .. } => {}
        }
    }
    names.into_iter().collect()
}
