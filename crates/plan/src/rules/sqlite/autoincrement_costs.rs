use whimbrel_schema::{Column, Engine, Generation};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "autoincrement-costs",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "AUTOINCREMENT is used where INTEGER PRIMARY KEY alone numbers the rows",
    why: "Every INSERT into such a table also reads and writes `sqlite_sequence`. All that it adds is that the number \
          of a deleted row is never used again, not even the highest.",
    safe_way: "leave out AUTOINCREMENT unless numbers must never be reused",
    example: Example {
        bad: "CREATE TABLE email (id integer PRIMARY KEY AUTOINCREMENT);",
        good: "CREATE TABLE email (id integer PRIMARY KEY);",
    },
    sources: &["https://www.sqlite.org/autoinc.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateTable { table, .. } = step else { continue };
        let counts = |column: &&Column| matches!(column.generation, Some(Generation::AutoIncrement));
        if let Some(column) = table.columns.iter().find(counts) {
            found.step(at, format!("every new row of `{}` also writes the highest `{}`", table.name, column.name));
        }
    }
}
