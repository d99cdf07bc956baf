use whimbrel_schema::{Engine, Persistence};

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::{Amendment, Step};

pub(super) static RULE: Rule = Rule {
    id: "unlogged-loses-rows",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a table becomes UNLOGGED, so that a crash empties it",
    why: "Changes to an unlogged table are not written to the write-ahead log: after a crash the table is empty, and a \
          replica never has its rows.",
    safe_way: "keep it logged; use UNLOGGED only for data that can be computed again",
    example: Example { bad: "ALTER TABLE email SET UNLOGGED;", good: "CREATE UNLOGGED TABLE email_work (LIKE email);" },
    sources: &["https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-UNLOGGED"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::Amend(amendment) = step else { continue };
        if let Amendment::Persistence { table, to: Persistence::Unlogged } = amendment.as_ref()
            && !seen.is_new(table)
        {
            found.step(at, format!("`{table}` is empty after the next crash, and on every replica"));
        }
    }
}
