//! ALTER TABLE, also in the forms that SQLite has only had since 3.53.

use sqlite3_parser::ast::{AlterTableBody, TableConstraint};
use whimbrel_plan::{Step, Understanding};
use whimbrel_schema::{Check, Constraint, ObjectName};

use super::cut::Cuts;
use super::table::{on_conflict, read_column};
use super::{known, text_of, unknown};

pub(super) fn alter(text: &str, table: ObjectName, body: &AlterTableBody<'_>) -> Understanding {
    match body {
        AlterTableBody::RenameTo(name) => {
            let to = table.sibling(text_of(name));
            known(Step::RenameTable { from: table, to })
        }
        AlterTableBody::RenameColumn { old, new } => {
            known(Step::RenameColumn { table, from: text_of(old), to: text_of(new) })
        }
        AlterTableBody::AddColumn(definition) => {
            let (column, constraints) = read_column(definition, &mut Cuts::new(text, 0));
            known(Step::AddColumn { table, column: Box::new(column), constraints, if_not_exists: false })
        }
        AlterTableBody::DropColumn(name) => {
            known(Step::DropColumn { table, column: text_of(name), if_exists: false, cascade: false })
        }
        AlterTableBody::DropColumnNotNull(name) => {
            known(Step::SetNullable { table, column: text_of(name), nullable: true })
        }
        AlterTableBody::SetColumnNotNull(name, conflict) => match on_conflict(*conflict) {
            None => known(Step::SetNullable { table, column: text_of(name), nullable: false }),
            Some(conflict) => unknown(format!("SET NOT NULL ON CONFLICT {} is not followed", conflict.sql())),
        },
        AlterTableBody::AddConstraint(constraint) => match &constraint.constraint {
            // SQLite reads a CHECK's ON CONFLICT and does nothing with it.
            TableConstraint::Check(_, _) => match Cuts::new(text, 0).next_check() {
                Some(cut) => {
                    let check = Check::new(constraint.name.as_ref().map(text_of), cut);
                    let constraint = Box::new(Constraint::Check(check));
                    known(Step::AddConstraint { table, constraint, using_index: None })
                }
                None => unknown("the expression of the CHECK was not found"),
            },
            TableConstraint::PrimaryKey { .. }
            | TableConstraint::Unique { .. }
            | TableConstraint::ForeignKey { .. } => unknown("SQLite adds no constraint but CHECK to a table"),
        },
        AlterTableBody::DropConstraint(name) => {
            known(Step::DropConstraint { table, name: text_of(name), if_exists: false, cascade: false })
        }
    }
}
