//! What a revision means for code that was there before it: written on the ledger with it, for programs that do not have
//! the revision and still have to know whether they may run.

use std::collections::BTreeSet;

use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, Phase};
use whimbrel_plan::{Dialect, Step, Understanding};
use whimbrel_schema::ObjectName;

use super::Failure;
use super::contract::{Dropped, dropped_by, takes_away};
use super::job::Job;
use super::runner::Runner;
use crate::guard::first_line;
use crate::ledger::{Effect, EffectRow};

/// The effect, and what is gone or asked for.
pub(super) fn effect(job: &Job<'_>, history: &History, dialect: &dyn Dialect) -> (Effect, String) {
    let unread = job.statements.iter().find(|it| matches!(it.understanding, Understanding::Unknown { .. }));
    if let Some(unread) = unread {
        return (Effect::Unseen, format!("`{}` is not understood", first_line(&unread.statement.sql)));
    }
    match job.revision.phase {
        Some(Phase::Contract) => (Effect::Takes, gone(job, history, dialect).unwrap_or_default()),
        // What keeps old code working is the point of these, and live load has shown it; only what they drop counts.
        Some(Phase::Expand | Phase::Backfill) if !takes_away(job) => (Effect::Adds, String::new()),
        Some(Phase::Expand | Phase::Backfill) => match gone(job, history, dialect) {
            Some(gone) if gone.is_empty() => (Effect::Adds, gone),
            Some(gone) => (Effect::Takes, gone),
            None => (Effect::Unseen, "what it takes away cannot be seen".to_string()),
        },
        None => match asks(job) {
            Some(sql) => (Effect::Takes, format!("`{}`", first_line(sql))),
            None => (Effect::Adds, String::new()),
        },
    }
}

/// `email.subject, email.sender`; empty where nothing is.
fn gone(job: &Job<'_>, history: &History, dialect: &dyn Dialect) -> Option<String> {
    let dropped = dropped_by(job, history, dialect).ok()?;
    Some(dropped.iter().map(Dropped::to_string).collect::<Vec<_>>().join(", "))
}

/// The first statement of a plain revision that does more than add.
fn asks<'j>(job: &'j Job<'_>) -> Option<&'j str> {
    // What is made here, nobody else has used.
    let mut made: BTreeSet<&ObjectName> = BTreeSet::new();
    for prepared in &job.statements {
        for step in prepared.steps() {
            if let Step::CreateTable { table, .. } = step {
                made.insert(&table.name);
            }
            if !adds(step, &made) {
                return Some(&prepared.statement.sql);
            }
        }
    }
    None
}

/// Whether code from before the step, which neither reads nor writes what it makes, goes on working. In doubt it does
/// not.
fn adds(step: &Step, made: &BTreeSet<&ObjectName>) -> bool {
    match step {
        Step::CreateTable { .. }
        | Step::CreateObject { replace: false, .. }
        | Step::AddEnumValue { .. }
        | Step::ValidateConstraint { .. }
        | Step::SetIndexStorage { .. }
        | Step::SetComment { .. }
        | Step::ChangeData { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => true,
        // An INSERT that does not name it has to go on working.
        Step::AddColumn { table, column, constraints, .. } => {
            let filled = column.nullable || column.default.is_some() || column.generation.is_some();
            made.contains(table) || filled && constraints.is_empty()
        }
        Step::CreateIndex { table, index, .. } => !index.unique || made.contains(table),
        Step::AddConstraint { table, .. }
        | Step::CreateTrigger { table, .. }
        | Step::SetDefault { table, .. }
        | Step::SetTableOptions { table, .. }
        | Step::SetColumnType { table, .. }
        | Step::SetNullable { table, .. }
        | Step::SetGeneration { table, .. }
        | Step::AttachPartition { parent: table, .. } => made.contains(table),
        Step::DropTable { .. }
        | Step::RenameTable { .. }
        | Step::RebuildTable { .. }
        | Step::DropColumn { .. }
        | Step::RenameColumn { .. }
        | Step::DropConstraint { .. }
        | Step::RenameConstraint { .. }
        | Step::SetDeferrable { .. }
        | Step::DropIndex { .. }
        | Step::RenameIndex { .. }
        | Step::CreateObject { replace: true, .. }
        | Step::DropObject { .. }
        | Step::RenameObject { .. }
        | Step::AlterObject { .. }
        | Step::Amend(_)
        | Step::RenameEnumValue { .. }
        | Step::DropTrigger { .. }
        | Step::SetTriggerEnabled { .. }
        | Step::DetachPartition { .. } => false,
    }
}

impl Runner<'_> {
    /// Beside the event, in its transaction. A way back needs no such row: it leaves what was there before.
    pub fn write_effect(&mut self, job: &Job<'_>, event: i64) -> Result<(), Failure> {
        if job.direction == Direction::Down {
            return Ok(());
        }
        let (effect, told) = effect(job, self.history, self.driver.dialect());
        let clear_of = self.cleared.get(&job.revision.id).cloned().unwrap_or_default();
        self.driver.execute(&self.tables.insert_effect(&EffectRow { event, effect, told, clear_of }))?;
        Ok(())
    }
}
