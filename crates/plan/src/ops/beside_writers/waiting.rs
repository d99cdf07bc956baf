use whimbrel_schema::{Constraint, ObjectName};

use super::Stretches;
use crate::{Amendment, CommentTarget, Step};

impl Stretches<'_> {
    /// Whether the step needs something that only comes after the transaction.
    pub(super) fn waits(&self, step: &Step) -> bool {
        if let Step::AddConstraint { constraint, table, using_index } = step {
            return match &**constraint {
                Constraint::ForeignKey(key) => self.awaits_key(&key.references),
                Constraint::PrimaryKey(_) => using_index.is_some() && self.awaits_not_null(table, None),
                Constraint::Unique(_) | Constraint::Check(_) | Constraint::Exclusion(_) => false,
            };
        }
        if let Step::SetGeneration { table, column, .. } = step {
            return self.awaits_not_null(table, Some(column));
        }
        if let Step::SetComment { on: CommentTarget::Constraint(table, name), .. } = step {
            return self.after.iter().any(|planned| planned.step.adds_constraint(table, name));
        }
        index_of(step).is_some_and(|index| self.awaits_index(index))
    }

    fn awaits_key(&self, of: &ObjectName) -> bool {
        self.after.iter().any(
            |planned| matches!(&planned.step, Step::CreateIndex { table, index, .. } if table == of && index.unique),
        )
    }

    fn awaits_not_null(&self, of: &ObjectName, of_column: Option<&str>) -> bool {
        self.after.iter().any(|planned| {
            let Step::SetNullable { table, column, .. } = &planned.step else { return false };
            table == of && of_column.is_none_or(|name| name == column)
        })
    }

    /// Also of the index that a constraint takes over.
    fn awaits_index(&self, name: &ObjectName) -> bool {
        self.after.iter().any(|planned| {
            if let Step::CreateIndex { table, index, .. } = &planned.step {
                return self.name_of(table, &index.name) == *name;
            }
            matches!(&planned.step, Step::RenameIndex { from, to } if from.sibling(to.as_str()) == *name)
        })
    }
}

/// The index that the step changes.
fn index_of(step: &Step) -> Option<&ObjectName> {
    if let Step::SetIndexStorage { index, .. } | Step::SetComment { on: CommentTarget::Index(index), .. } = step {
        return Some(index);
    }
    let Step::Amend(amendment) = step else { return None };
    match &**amendment {
        Amendment::IndexStorage { index, .. } | Amendment::IndexTablespace { index, .. } => Some(index),
        _ => None,
    }
}
