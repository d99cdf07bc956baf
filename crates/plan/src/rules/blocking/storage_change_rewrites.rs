use whimbrel_schema::{Engine, Persistence};

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::{Amendment, Step};

pub(super) static RULE: Rule = Rule {
    id: "storage-change-rewrites",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "where or how a table is stored changes, which rewrites all of it while every read and write waits",
    why: "SET LOGGED, SET UNLOGGED and SET ACCESS METHOD rewrite the table and its indexes; SET TABLESPACE copies the \
          table's files and leaves its indexes where they are. All of them hold ACCESS EXCLUSIVE meanwhile.",
    safe_way: "create a new table as it is to be, move the rows over in batches, and switch over",
    example: Example {
        bad: "ALTER TABLE email SET LOGGED;",
        good: "CREATE TABLE email_next (LIKE email INCLUDING ALL);",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-TABLESPACE"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let how = match step {
            Step::Amend(amendment) => match amendment.as_ref() {
                Amendment::Persistence { to: Persistence::Unlogged, .. } => "making it UNLOGGED",
                Amendment::Persistence { .. } => "making it LOGGED",
                Amendment::Tablespace { .. } | Amendment::IndexTablespace { .. } => "moving it to another tablespace",
                _ => continue,
            },
            Step::Inert { .. } if seen.begins(&["ALTER", "TABLE"]) && seen.says(&["ACCESS", "METHOD"]) => {
                "changing its access method"
            }
            _ => continue,
        };
        let long = seen.touches(at).find(|touch| touch.blocks_for_long());
        if let Some(touch) = long {
            let on = touch.relation().map_or_else(|| "the table".to_string(), |name| format!("`{name}`"));
            found.step(at, format!("{how} rewrites all of {on} while every read and write waits"));
        }
    }
}
