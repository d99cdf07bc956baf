use whimbrel_plan::diff::{DiffOptions, diff};
use whimbrel_plan::history::History;
use whimbrel_plan::{Change, Dialect};
use whimbrel_schema::{Constraint, Object};

use super::super::job::Job;
use super::dropped::around;

/// Whether code that never names anything that goes can fail all the same: it leaves out what is required now, or writes
/// what is refused now. No search of the code tells. What is not known is taken for the worst.
pub(super) fn tightens(job: &Job<'_>, history: &History, dialect: &dyn Dialect) -> bool {
    let Some(schemas) = around(job, history, dialect) else { return true };
    let changes = diff(schemas.as_ref(), dialect, &DiffOptions::default());
    changes.iter().any(asks_more)
}

fn asks_more(change: &Change) -> bool {
    match change {
        Change::AddColumn { column, .. } => !column.nullable && column.default.is_none() && column.generation.is_none(),
        Change::CreateIndex { index, .. } => index.unique,
        Change::AlterIndex { index, .. } => index.to.unique,
        // `ON CONFLICT` asks for a unique one.
        Change::DropIndex { index, .. } => index.unique,
        Change::DropConstraint { constraint, .. } => match &**constraint {
            Constraint::PrimaryKey(_) | Constraint::Unique(_) => true,
            Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => false,
        },
        // What is used without being searched for.
        Change::DropObject { object } => !matches!(&**object, Object::View(_)),
        Change::AlterTableOptions { .. }
        | Change::AlterColumn { .. }
        | Change::AddConstraint { .. }
        | Change::AlterConstraint { .. }
        | Change::CreateTrigger { .. }
        | Change::DropTrigger { .. }
        | Change::AlterTrigger { .. }
        | Change::RenameObject { .. }
        | Change::AlterObject { .. }
        | Change::RenameEnumValue { .. } => true,
        // Whoever used these named them.
        Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::CreateTable { .. }
        | Change::CreateObject { .. }
        | Change::SetComment { .. } => false,
    }
}
