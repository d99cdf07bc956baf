use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "cannot-run-again",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a statement outside a transaction fails when it is run a second time",
    why: "A migration that was not one transaction and stopped half-way has to be run again from the start; a \
          statement that finds its work already done then fails.",
    safe_way: "add IF EXISTS or IF NOT EXISTS, except on an index that is built CONCURRENTLY",
    example: Example {
        bad: "-- transaction: none\n\
              ALTER TABLE email ADD COLUMN state text;",
        good: "-- transaction: none\n\
               ALTER TABLE email ADD COLUMN IF NOT EXISTS state text;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if seen.at.in_transaction {
        return;
    }
    for (at, step) in seen.steps().iter().enumerate() {
        let fails = matches!(
            step,
            Step::CreateTable { if_not_exists: false, .. }
                | Step::AddColumn { if_not_exists: false, .. }
                | Step::CreateObject { if_not_exists: false, replace: false, .. }
                | Step::DropTable { if_exists: false, .. }
                | Step::DropColumn { if_exists: false, .. }
                | Step::DropIndex { if_exists: false, .. }
                | Step::DropConstraint { if_exists: false, .. }
                | Step::DropObject { if_exists: false, .. }
                | Step::AddConstraint { .. }
        );
        if fails {
            found.step(at, "fails if it is run a second time").here = None;
        }
    }
}
