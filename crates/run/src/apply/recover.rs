use whimbrel_plan::fold::{self, FoldError};
use whimbrel_plan::{Dialect, Step, Understanding};
use whimbrel_schema::{ObjectName, Schema};

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
        let found = live.table(table).and_then(|table| table.index(&index.name));
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
                Err(error) => Decision::Ask(error.to_string()),
            }
        }
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

fn takes_away(step: &Step) -> bool {
    matches!(
        step,
        Step::DropTable { .. }
            | Step::DropColumn { .. }
            | Step::DropConstraint { .. }
            | Step::DropIndex { .. }
            | Step::DropObject { .. }
            | Step::DropTrigger { .. }
    )
}
