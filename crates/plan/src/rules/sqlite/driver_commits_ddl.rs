use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "driver-commits-ddl",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "a driver may commit rows before the schema changes that follow them",
    why: "SQLite itself rolls schema changes back with the transaction. But Python's driver, by default, opens a \
          transaction only before INSERT, UPDATE and DELETE, and before Python 3.6 it committed that ahead of a schema \
          change; `executescript` commits whatever is open first. A file that fails half-way has then already done its \
          first half.",
    safe_way: "write BEGIN yourself with `isolation_level=None`, or run the file with Whimbrel",
    example: Example {
        bad: "UPDATE email SET folder = 'inbox';\nALTER TABLE email ADD COLUMN archived_at text;",
        good: "ALTER TABLE email ADD COLUMN archived_at text;",
    },
    sources: &["https://docs.python.org/3/library/sqlite3.html#transaction-control"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let changes = |step: &Step| matches!(step, Step::ChangeData { .. });
    let is_schema = |step: &Step| {
        !matches!(
            step,
            Step::ChangeData { .. } | Step::SetSession { .. } | Step::Inert { .. } | Step::SetComment { .. }
        )
    };
    let changed = seen.transaction.iter().any(|passed| passed.steps.iter().any(changes));
    if changed && seen.at.in_transaction && seen.steps().iter().any(is_schema) {
        found.statement("rows changed before this in the same transaction; some drivers commit them here");
    }
}
