//! A table under another name, or in another schema: it is renamed at once, and a view stands in for it under its old
//! name until the contract.
//!
//! A view and no second table: rows are in one place, so that there is nothing to keep in step, no row to fill in, and
//! locks and constraints mean the same for both codes.

use whimbrel_schema::{Object, ObjectName, Persistence, RowSecurity, Schema, Table};

use crate::autogenerate::{Aim, Draft, DraftError, DraftStatement, Link, Renames};
use crate::choices::Choices;
use crate::dialect::StandIn;
use crate::ops::Known;
use crate::{Change, Dialect, Step};

/// A view for each table that gets another name, as far as one can stand in for it.
pub(super) fn stand_ins(aim: &Aim, renames: &Renames, dialect: &dyn Dialect) -> Vec<StandIn> {
    let made = renames.changes.iter().filter_map(|change| {
        let Change::RenameTable { from, to } = change else { return None };
        let (old, table) = aim.start.table(from).zip(renames.after.table(to))?;
        if is_taken(&aim.target, from) || !can(table) {
            return None;
        }
        let columns: Vec<(String, String)> =
            old.columns.iter().map(|column| (name_now(renames, to, &column.name), column.name.clone())).collect();
        // What the expand switches on holds for the view as well.
        let mut table = table.clone();
        if let Some(later) = aim.target.table(to).filter(|_| table.options.row_security == RowSecurity::Off) {
            table.options.row_security = later.options.row_security;
        }
        dialect.stand_in(&table, from, &columns)
    });
    made.collect()
}

fn can(table: &Table) -> bool {
    table.options.persistence != Persistence::Temporary
        && table.options.virtual_using.is_none()
        && table.options.partition_of.is_none()
}

fn is_taken(schema: &Schema, name: &ObjectName) -> bool {
    let view = |object: &Object| matches!(object, Object::View(view) if view.name.is(name, schema.engine));
    schema.table(name).is_some() || schema.objects.values().any(view)
}

fn name_now(renames: &Renames, table: &ObjectName, column: &str) -> String {
    let later = renames.changes.iter().find_map(|change| {
        let Change::RenameColumn { table: of, from, to } = change else { return None };
        (of == table && from == column).then(|| to.clone())
    });
    later.unwrap_or_else(|| column.to_string())
}

/// The rename and the view, before all else: in one transaction, whatever else has to be done outside of any.
pub(super) fn first(
    aim: &Aim,
    renames: &Renames,
    stand_ins: &[StandIn],
    dialect: &dyn Dialect,
) -> Result<(Draft, Schema), DraftError> {
    let mut reached = renames.after.clone();
    for stand_in in stand_ins {
        reached.insert_object(Object::View(stand_in.view.clone()));
    }
    let link = Link { start: &aim.start, renames, target: &reached };
    let draft = link.drafted(dialect, &Choices::default(), &Known::default())?;
    Ok((draft, reached))
}

/// What has to follow on each statement that makes one of the views.
pub(super) fn finish(draft: &mut Draft, stand_ins: &[StandIn], dialect: &dyn Dialect) {
    for stand_in in stand_ins {
        let makes = |step: &Step| {
            let Step::CreateObject { object, .. } = step else { return false };
            matches!(&**object, Object::View(view) if view.name == stand_in.view.name)
        };
        for statements in [&mut draft.upgrade, &mut draft.downgrade] {
            let made = |statement: &DraftStatement| dialect.understand(&statement.sql).steps().iter().any(makes);
            let Some(at) = statements.iter().position(made) else { continue };
            let mut follows = stand_in.follows.clone();
            if let Some(statement) = statements.get_mut(at) {
                statement.note.clone_from(&stand_in.note);
                follows.iter_mut().for_each(|it| it.transactional = statement.transactional);
            }
            statements.splice(at + 1..at + 1, follows);
        }
    }
}
