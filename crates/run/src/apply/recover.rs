use whimbrel_plan::fold::{self, FoldError};
use whimbrel_plan::{Dialect, Step, Understanding};
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

fn decide_step(step: &Step, outcome: StatementOutcome, live: &Schema, dialect: &dyn Dialect) -> Decision {
    if let Step::CreateIndex { table, index, .. } = step {
        let namespace = table.namespace.clone();
        let found = match live.table(table) {
            Some(table) => table.index(&index.name),
            None => indexes_of_view(live, table).iter().find(|known| known.name == index.name),
        };
        return match found {
            None => Decision::Again,
            Some(found) if found.valid => Decision::Done,
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
                Err(FoldError::Exists { .. }) if makes(schema_change) => Decision::Done,
                Err(FoldError::Missing { .. }) if takes_away(schema_change) => Decision::Done,
                // What has been renamed is not there under its old name, and is under the new one.
                Err(FoldError::Missing { .. }) if is_renamed(schema_change, live, dialect) => Decision::Done,
                Err(error) => Decision::Ask(error.to_string()),
            }
        }
    }
}

fn indexes_of_view<'s>(live: &'s Schema, name: &ObjectName) -> &'s [Index] {
    match live.object(&ObjectId::new(ObjectKind::MaterializedView, name.clone())) {
        Some(Object::View(view)) => &view.indexes,
        Some(_) | None => &[],
    }
}

/// What these make can only be there because they made it, or because they would have failed.
fn makes(step: &Step) -> bool {
    matches!(
        step,
        Step::CreateTable { .. }
            | Step::AddColumn { .. }
            | Step::AddConstraint { .. }
            | Step::CreateObject { .. }
            | Step::AddEnumValue { .. }
            | Step::CreateTrigger { .. }
    )
}

/// Whether the way back of a rename could be gone.
fn is_renamed(step: &Step, live: &Schema, dialect: &dyn Dialect) -> bool {
    back(step).is_some_and(|back| fold::apply(&mut live.clone(), &back, dialect).is_ok())
}

fn back(step: &Step) -> Option<Step> {
    if let Step::RenameTable { from, to } = step {
        Some(Step::RenameTable { from: to.clone(), to: from.clone() })
    } else if let Step::RenameColumn { table, from, to } = step {
        Some(Step::RenameColumn { table: table.clone(), from: to.clone(), to: from.clone() })
    } else if let Step::RenameConstraint { table, from, to } = step {
        Some(Step::RenameConstraint { table: table.clone(), from: to.clone(), to: from.clone() })
    } else if let Step::RenameIndex { from, to } = step {
        Some(Step::RenameIndex { from: from.sibling(to.clone()), to: from.name.clone() })
    } else if let Step::RenameEnumValue { name, from, to } = step {
        Some(Step::RenameEnumValue { name: name.clone(), from: to.clone(), to: from.clone() })
    } else if let Step::RenameObject { object, to } = step {
        let renamed = ObjectId { name: to.clone(), ..object.clone() };
        Some(Step::RenameObject { object: renamed, to: object.name.clone() })
    } else {
        None
    }
}

fn takes_away(step: &Step) -> bool {
    matches!(
        step,
        Step::DropTable { .. }
            | Step::DropColumn { .. }
            | Step::DropConstraint { .. }
            | Step::DropIndex { .. }
            | Step::DropObject { .. }
            | Step::DropTrigger { .. }
            | Step::DetachPartition { .. }
    )
}
