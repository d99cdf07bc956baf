use whimbrel_schema::Engine;

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::{Amendment, Step};

pub(super) static RULE: Rule = Rule {
    id: "computed-column-rewrites",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a computed column gets another expression, which rewrites the whole table",
    why: "`SET EXPRESSION` on a STORED computed column computes every row again and rewrites the table under ACCESS \
          EXCLUSIVE.",
    safe_way: "add a new column beside it, fill it in batches, and switch over",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN size_kb SET EXPRESSION AS (size / 1000);",
        good: "ALTER TABLE email ADD COLUMN size_in_kb integer;\n\
               -- a trigger keeps it, a backfill fills it; then\n\
               ALTER TABLE email DROP COLUMN size_kb;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-EXPRESSION"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let (table, column) = match step {
            Step::SetGeneration { table, column, .. } => (table, column),
            Step::Amend(amendment) => match amendment.as_ref() {
                Amendment::GenerationExpression { table, column, .. } => (table, column),
                _ => continue,
            },
            _ => continue,
        };
        if seen.blocks_for_long(at, table) {
            let message = format!(
                "changing how `{column}` is computed rewrites all of `{table}` while every read and write waits"
            );
            found.step(at, message);
        }
    }
}
