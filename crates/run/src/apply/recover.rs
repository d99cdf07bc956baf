use whimbrel_plan::fold::{self, FoldError};
use whimbrel_plan::{Amendment, Dialect, Step, Understanding};
use whimbrel_schema::{Index, Object, ObjectId, ObjectKind, ObjectName, Schema};

use crate::ledger::StatementOutcome;

/// What is to be done about a statement that ran outside a transaction when an earlier run stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    /// Its effect is there.
    Done,
    /// Its effect is not there, and nothing is left of it.
    Again,
    /// It left an index that serves nobody.
    DropInvalid(ObjectName),
    /// Nobody can see it.
    Ask(String),
}

/// Looks at the database as it is, and at what the statement was to make of it. An engine carries one statement out as
/// a whole or not at all; the exceptions are those that work concurrently, and they leave an invalid index.
pub(super) fn decide(sql: &str, outcome: StatementOutcome, live: &Schema, dialect: &dyn Dialect) -> Decision {
    let steps = match dialect.understand(sql) {
        Understanding::Known { steps, .. } => steps,
        Understanding::Unknown { .. } if outcome == StatementOutcome::Failed && may_commit_within(sql) => {
            return Decision::Ask("it failed, and may have committed a part of what it does before".to_string());
        }
        // The engine said no, and nothing else is known to go on half-way.
        Understanding::Unknown { .. } if outcome == StatementOutcome::Failed => return Decision::Again,
        Understanding::Unknown { reason, .. } => return Decision::Ask(format!("it is not understood: {reason}")),
    };
    let mut decisions = steps.iter().map(|step| decide_step(step, outcome, live, dialect));
    let Some(first) = decisions.next() else { return Decision::Again };
    match decisions.all(|decision| decision == first) {
        true => first,
        false => Decision::Ask("some of what it does is there and some is not".to_string()),
    }
}

pub(super) fn decide_step(step: &Step, outcome: StatementOutcome, live: &Schema, dialect: &dyn Dialect) -> Decision {
    if let Step::Amend(amendment) = step
        && let Amendment::AttachIndex { .. } = **amendment
    {
        // The engine does nothing where the partition's index is a part of its parent's already.
        return Decision::Again;
    }
    if let Step::CreateIndex { table, index, concurrently, .. } = step {
        let namespace = table.namespace.clone();
        let found = match live.table(table) {
            Some(table) => table.index(&index.name),
            None => indexes_of_view(live, table).iter().find(|known| known.name == index.name),
        };
        return match found {
            None => Decision::Again,
            // `ON ONLY` a partitioned table makes one that is not valid yet, and no build can have failed.
            Some(found) if found.valid || !(index.valid || *concurrently) => Decision::Done,
            Some(_) => Decision::DropInvalid(ObjectName { namespace, name: index.name.clone() }),
        };
    }
    if outcome == StatementOutcome::Failed {
        return Decision::Again;
    }
    match step {
        Step::ChangeData { .. } => Decision::Ask("it changes rows".to_string()),
        // Nothing that either of them does is lost or done twice by doing it once more.
        Step::SetSession { .. } | Step::Inert { .. } => Decision::Again,
        schema_change => {
            let mut after = live.clone();
            match fold::apply(&mut after, schema_change, dialect) {
                Ok(()) if after == *live => Decision::Done,
                Ok(()) => Decision::Again,
                Err(error) => match (&error, about(schema_change)) {
                    (FoldError::Exists { .. }, About::Coming) | (FoldError::Missing { .. }, About::Going) => {
                        Decision::Done
                    }
                    // What has been renamed is not there under its old name, and is under the new one.
                    (FoldError::Missing { .. }, About::Renaming(back))
                        if fold::apply(&mut live.clone(), &back, dialect).is_ok() =>
                    {
                        Decision::Done
                    }
                    (_, About::Coming | About::Going | About::Renaming(_) | About::Other) => {
                        Decision::Ask(error.to_string())
                    }
                },
            }
        }
    }
}

/// A procedure, and a block that says so, end transactions of their own while they run.
fn may_commit_within(sql: &str) -> bool {
    let mut words = sql.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    words.any(|word| ["call", "commit"].iter().any(|known| word.eq_ignore_ascii_case(known)))
}

fn indexes_of_view<'s>(live: &'s Schema, name: &ObjectName) -> &'s [Index] {
    match live.object(&ObjectId::new(ObjectKind::MaterializedView, name.clone())) {
        Some(Object::View(view)) => &view.indexes,
        Some(_) | None => &[],
    }
}

/// What a step is about: a thing that comes, one that goes, or one that gets another name.
enum About {
    /// It can only be there because the step made it, or because the step would have failed.
    Coming,
    Going,
    /// The way back.
    Renaming(Step),
    Other,
}

fn about(step: &Step) -> About {
    match step {
        Step::CreateTable { .. }
        | Step::AddColumn { .. }
        | Step::AddConstraint { .. }
        | Step::CreateIndex { .. }
        | Step::CreateObject { .. }
        | Step::AddEnumValue { .. }
        | Step::CreateTrigger { .. } => About::Coming,
        Step::DropTable { .. }
        | Step::DropColumn { .. }
        | Step::DropConstraint { .. }
        | Step::DropIndex { .. }
        | Step::DropObject { .. }
        | Step::DropTrigger { .. }
        | Step::DetachPartition { .. } => About::Going,
        Step::RenameTable { from, to } => About::Renaming(Step::RenameTable { from: to.clone(), to: from.clone() }),
        Step::RenameColumn { table, from, to } => {
            About::Renaming(Step::RenameColumn { table: table.clone(), from: to.clone(), to: from.clone() })
        }
        Step::RenameConstraint { table, from, to } => {
            About::Renaming(Step::RenameConstraint { table: table.clone(), from: to.clone(), to: from.clone() })
        }
        Step::RenameIndex { from, to } => {
            About::Renaming(Step::RenameIndex { from: from.sibling(to.clone()), to: from.name.clone() })
        }
        Step::RenameEnumValue { name, from, to } => {
            About::Renaming(Step::RenameEnumValue { name: name.clone(), from: to.clone(), to: from.clone() })
        }
        Step::RenameObject { object, to } => {
            let renamed = ObjectId { name: to.clone(), ..object.clone() };
            About::Renaming(Step::RenameObject { object: renamed, to: object.name.clone() })
        }
        Step::SetTableOptions { .. }
        | Step::RebuildTable { .. }
        | Step::SetColumnType { .. }
        | Step::SetNullable { .. }
        | Step::SetDefault { .. }
        | Step::SetGeneration { .. }
        | Step::ValidateConstraint { .. }
        | Step::SetDeferrable { .. }
        | Step::SetIndexStorage { .. }
        | Step::AlterObject { .. }
        | Step::Amend(_)
        | Step::SetTriggerEnabled { .. }
        | Step::AttachPartition { .. }
        | Step::SetComment { .. }
        | Step::ChangeData { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => About::Other,
    }
}
