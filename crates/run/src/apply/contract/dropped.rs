use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use whimbrel_plan::history::{FoldedHistory, History};
use whimbrel_plan::revision::Phase;
use whimbrel_plan::{Dialect, Step, Understanding};
use whimbrel_schema::{ObjectId, ObjectKind, ObjectName, Pair, Schema};

use super::super::job::{Job, Prepared};
use crate::guard::first_line;

/// A table, or a column of one, that is no longer there under its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Dropped {
    pub table: ObjectName,
    pub column: Option<String>,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}.{column}", self.table.name),
            None => f.write_str(&self.table.name),
        }
    }
}

/// Whether running code may miss something afterwards. A revision that calls itself a contract always counts; any other
/// by what it does.
pub(in super::super) fn takes_away(job: &Job<'_>) -> bool {
    job.revision.phase == Some(Phase::Contract) || steps(job).any(|step| removed(step).is_some())
}

/// What is gone under its name after the revision; or the statement of which nobody knows. A table that is dropped and
/// made again is not gone, which only the schemas before and after tell.
pub(in super::super) fn by(job: &Job<'_>, history: &History, dialect: &dyn Dialect) -> Result<Vec<Dropped>, String> {
    let unread = job.statements.iter().find_map(|prepared| match &prepared.understanding {
        Understanding::Unknown { .. } => Some(first_line(&prepared.statement.sql)),
        Understanding::Known { .. } => None,
    });
    if let Some(sql) = unread {
        return Err(sql);
    }
    // Where the schemas are not known, every name that a statement takes away counts.
    let told = match around(job, history, dialect) {
        Some(schemas) => gone(&schemas.from, &schemas.to),
        None => steps(job).filter_map(removed).collect(),
    };
    Ok(told.into_iter().collect())
}

/// The schema before the revision and the one after it, as its history says; `None` where that is not certain.
pub(super) fn around(job: &Job<'_>, history: &History, dialect: &dyn Dialect) -> Option<Pair<Schema>> {
    let mut below = history.closure([&job.revision.id]);
    below.remove(&job.revision.id);
    let before = history.schema_of(&below, dialect).ok().filter(FoldedHistory::is_certain)?;
    let mut after = before.clone();
    after.add(job.revision, dialect).ok()?;
    after.is_certain().then(|| Pair::new(before.schema, after.schema))
}

fn gone(before: &Schema, after: &Schema) -> BTreeSet<Dropped> {
    let stays = |name: &ObjectName| after.tables.contains_key(name) || views(after).any(|view| view == name);
    let names = before.tables.keys().chain(views(before)).filter(|name| !stays(name));
    let mut gone: BTreeSet<Dropped> = names.map(|name| Dropped { table: name.clone(), column: None }).collect();
    for table in before.tables.values() {
        let Some(stays) = after.tables.get(&table.name) else { continue };
        let missing = table.columns.iter().filter(|column| stays.column(&column.name).is_none());
        gone.extend(missing.map(|column| Dropped { table: table.name.clone(), column: Some(column.name.clone()) }));
    }
    gone
}

fn views(schema: &Schema) -> impl Iterator<Item = &ObjectName> {
    schema.objects.keys().filter(|id| is_view(id)).map(|id| &id.name)
}

fn steps<'j>(job: &'j Job<'_>) -> impl Iterator<Item = &'j Step> {
    job.statements.iter().flat_map(Prepared::steps)
}

/// The name that a step takes away.
fn removed(step: &Step) -> Option<Dropped> {
    let table = |table: &ObjectName| Some(Dropped { table: table.clone(), column: None });
    let column =
        |table: &ObjectName, column: &String| Some(Dropped { table: table.clone(), column: Some(column.clone()) });
    match step {
        // What the table made anew has no more is not known here.
        Step::DropTable { table: name, .. }
        | Step::RenameTable { from: name, .. }
        | Step::RebuildTable { table: name, .. } => table(name),
        Step::DropColumn { table, column: name, .. } | Step::RenameColumn { table, from: name, .. } => {
            column(table, name)
        }
        Step::DropObject { object, .. } | Step::RenameObject { object, .. } => {
            if is_view(object) {
                table(&object.name)
            } else {
                None
            }
        }
        Step::CreateTable { .. }
        | Step::SetTableOptions { .. }
        | Step::AddColumn { .. }
        | Step::SetColumnType { .. }
        | Step::SetNullable { .. }
        | Step::SetDefault { .. }
        | Step::SetGeneration { .. }
        | Step::AddConstraint { .. }
        | Step::DropConstraint { .. }
        | Step::RenameConstraint { .. }
        | Step::ValidateConstraint { .. }
        | Step::SetDeferrable { .. }
        | Step::CreateIndex { .. }
        | Step::DropIndex { .. }
        | Step::RenameIndex { .. }
        | Step::SetIndexStorage { .. }
        | Step::CreateObject { .. }
        | Step::AlterObject { .. }
        | Step::Amend(_)
        | Step::AddEnumValue { .. }
        | Step::RenameEnumValue { .. }
        | Step::CreateTrigger { .. }
        | Step::DropTrigger { .. }
        | Step::SetTriggerEnabled { .. }
        | Step::AttachPartition { .. }
        | Step::DetachPartition { .. }
        | Step::SetComment { .. }
        | Step::ChangeData { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => None,
    }
}

/// Code reads a view as it reads a table.
fn is_view(object: &ObjectId) -> bool {
    matches!(object.kind, ObjectKind::View | ObjectKind::MaterializedView)
}
