use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use whimbrel_plan::history::History;
use whimbrel_plan::revision::Phase;
use whimbrel_plan::{Dialect, Step, Understanding};
use whimbrel_schema::{ObjectId, ObjectKind, ObjectName, Schema};

use super::super::job::{Job, Prepared};

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
pub(super) fn takes_away(job: &Job<'_>) -> bool {
    job.revision.phase == Some(Phase::Contract) || steps(job).any(|step| removed(step).is_some())
}

/// What is gone under its name after the revision; or the statement of which nobody knows. A table that is dropped and
/// made again is not gone, which only the schemas before and after tell.
pub(super) fn by(job: &Job<'_>, history: &History, dialect: &dyn Dialect) -> Result<Vec<Dropped>, String> {
    let unread = job.statements.iter().find_map(|prepared| match &prepared.understanding {
        Understanding::Unknown { .. } => Some(first_line(&prepared.statement.sql)),
        Understanding::Known { .. } => None,
    });
    if let Some(sql) = unread {
        return Err(sql);
    }
    let mut below = history.closure([&job.revision.id]);
    below.remove(&job.revision.id);
    let told = history.schema_of(&below, dialect).ok().filter(|before| before.is_certain()).and_then(|before| {
        let mut after = before.clone();
        after.add(job.revision, dialect).ok()?;
        after.is_certain().then(|| gone(&before.schema, &after.schema))
    });
    // Where the schemas are not known, every name that a statement takes away counts.
    let told = told.unwrap_or_else(|| steps(job).filter_map(removed).collect());
    Ok(told.into_iter().collect())
}

fn gone(before: &Schema, after: &Schema) -> BTreeSet<Dropped> {
    // Code reads a view as it reads a table.
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
    let view = |id: &&ObjectId| matches!(id.kind, ObjectKind::View | ObjectKind::MaterializedView);
    schema.objects.keys().filter(view).map(|id| &id.name)
}

fn steps<'j>(job: &'j Job<'_>) -> impl Iterator<Item = &'j Step> {
    job.statements.iter().flat_map(Prepared::steps)
}

/// The name that a step takes away.
fn removed(step: &Step) -> Option<Dropped> {
    let gone =
        |table: &ObjectName, column: Option<&String>| Some(Dropped { table: table.clone(), column: column.cloned() });
    if let Step::DropTable { table, .. } | Step::RenameTable { from: table, .. } = step {
        gone(table, None)
    } else if let Step::DropColumn { table, column, .. } | Step::RenameColumn { table, from: column, .. } = step {
        gone(table, Some(column))
    } else {
        None
    }
}

fn first_line(sql: &str) -> String {
    sql.lines().next().unwrap_or_default().chars().take(72).collect()
}
