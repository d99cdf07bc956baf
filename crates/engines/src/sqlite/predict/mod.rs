//! What a statement does to a live system: from how the engine works, not from a list of statements.
//!
//! Whoever writes has the whole database to itself until its transaction ends; what differs is for how long. So each
//! step tells what it reads and writes anew ([`telling`] makes locks of it), and what it fails on, breaks or deletes.

mod add_column;
mod alter;
mod create;
mod drops;
mod keys;
mod misread;
mod names;
mod pragma;
mod rows;
mod telling;
mod trial;

use whimbrel_plan::review::{Circumstances, Danger, Prediction, Work};
use whimbrel_plan::{Step, Understanding};
use whimbrel_schema::{ObjectKind, Version};

pub(super) use rows::copied;
use telling::Telling;

pub(super) fn predict(statement: &str, understanding: &Understanding, at: &Circumstances<'_>) -> Prediction {
    let Understanding::Known { steps, .. } = understanding else {
        return create::filled(statement, at).unwrap_or_else(Prediction::worst);
    };
    let mut telling = Telling::new(at);
    for (number, step) in steps.iter().enumerate() {
        if at.passes_over(step) {
            continue;
        }
        telling.begin(number);
        tell(step, statement, &mut telling);
        telling.end();
    }
    telling.prediction
}

fn tell(step: &Step, statement: &str, telling: &mut Telling<'_>) {
    match step {
        Step::CreateTable { table, if_not_exists } => create::table(table, *if_not_exists, statement, telling),
        Step::DropTable { table, if_exists, cascade: _ } => drops::table(table, *if_exists, telling),
        Step::RenameTable { from, to } => alter::rename_table(from, to, statement, telling),
        Step::RebuildTable { table, .. } => {
            telling.works(table, &[Work::Scan, Work::Rewrite]);
            drops::children(table, telling);
        }
        Step::AddColumn { table, column, constraints, .. } => {
            add_column::add(table, column, constraints, statement, telling);
        }
        Step::DropColumn { table, column, .. } => drops::column(table, column, statement, telling),
        Step::RenameColumn { table, from, .. } => alter::rename_column(table, from, statement, telling),
        Step::SetNullable { table, column, nullable } => alter::set_nullable(table, column, *nullable, telling),
        Step::AddConstraint { table, constraint, .. } => alter::add_constraint(table, constraint, telling),
        Step::DropConstraint { table, .. } => alter::drop_constraint(table, telling),

        Step::CreateIndex { table, index, if_not_exists, .. } => create::index(table, index, *if_not_exists, telling),
        Step::DropIndex { index, if_exists, .. } => drops::index(index, *if_exists, telling),
        Step::CreateTrigger { table, trigger } => create::trigger(table, trigger, telling),
        Step::DropTrigger { .. } => telling.writes(),
        Step::CreateObject { .. } => telling.writes(),
        Step::DropObject { object, .. } => {
            telling.writes();
            if object.kind == ObjectKind::View {
                drops::view(&object.name, telling);
            }
        }

        Step::ChangeData { change, tables } => rows::change(*change, tables, statement, telling),
        Step::SetSession { name, value } => pragma::tell(name, value.as_deref(), statement, telling),
        Step::Inert { what } => inert(what, statement, telling),

        // SQLite has no statement for these; autogenerate makes rebuilds of them.
        Step::SetTableOptions { table, .. }
        | Step::SetColumnType { table, .. }
        | Step::SetDefault { table, .. }
        | Step::SetGeneration { table, .. }
        | Step::RenameConstraint { table, .. }
        | Step::ValidateConstraint { table, .. }
        | Step::SetDeferrable { table, .. }
        | Step::SetTriggerEnabled { table, .. } => {
            telling.works(table, &[Work::Scan, Work::Rewrite]);
            telling.danger(Danger::Unsupported { what: "this change of a table".to_string(), since: None });
        }
        Step::RenameIndex { .. }
        | Step::SetIndexStorage { .. }
        | Step::RenameObject { .. }
        | Step::AlterObject { .. }
        | Step::Amend(_)
        | Step::AddEnumValue { .. }
        | Step::RenameEnumValue { .. }
        | Step::AttachPartition { .. }
        | Step::DetachPartition { .. } => {
            telling.writes();
            telling.danger(Danger::Unsupported { what: "this statement".to_string(), since: None });
        }
        Step::SetComment { .. } => {}
    }
}

/// What changes neither the schema nor a row still reads, or writes whole files anew.
fn inert(what: &str, statement: &str, telling: &mut Telling<'_>) {
    match what {
        "VACUUM" => {
            telling.outside_transactions();
            let tables: Vec<_> = telling.before().tables.keys().cloned().collect();
            telling.works_on_database(&[Work::Scan, Work::Rewrite]);
            tables.iter().for_each(|table| telling.works(table, &[Work::Scan, Work::Rewrite]));
        }
        "VACUUM INTO" => {
            telling.outside_transactions();
            telling.needs(Version::new(3, 27, 0), "VACUUM INTO");
            telling.reads_database();
        }
        "REINDEX" | "ANALYZE" => {
            let work = if what == "REINDEX" { Work::BuildIndex } else { Work::Scan };
            let named: Vec<_> = names::tables_in(statement, telling.before()).cloned().collect();
            let all = telling.before().tables.keys().cloned();
            let tables: Vec<_> = if named.is_empty() { all.collect() } else { named };
            telling.works_on_database(&[work]);
            tables.iter().for_each(|table| telling.works(table, &[work]));
        }
        "SELECT" => rows::select(statement, telling),
        // `EXPLAIN`, nothing at all, and what lives in the session's own database.
        _ => {}
    }
}
