use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "check-not-validated",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a check comes with a new column, and existing rows are not tested against it",
    why: "MariaDB adds a column with its CHECK instantly, and does not test whether the default that all rows get \
          satisfies it. The rows violate the constraint from then on, and the next statement that copies the table \
          fails on them. Measured: `ADD COLUMN x int DEFAULT -1 CHECK (x > 0)` succeeds; with ALGORITHM=COPY it fails.",
    safe_way: "give it a default that satisfies the check, or add the check in a statement of its own, which tests \
               every row",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN size int DEFAULT -1 CHECK (size > 0);",
        good: "ALTER TABLE email ADD COLUMN size int CHECK (size > 0);",
    },
    sources: &["https://mariadb.com/kb/en/constraint/#check-constraints"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let (Danger::Unchecked { what }, Some(Step::AddColumn { table, .. })) = (danger, seen.steps().get(at))
            && !seen.is_new(table)
        {
            found.step(at, format!("rows of `{table}` that are there may break {what}, and nobody looks"));
        }
    }
}
