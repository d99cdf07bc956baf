use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity, Work};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "type-change-scans",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a column's type changes, which reads every row or rebuilds an index while every read and write waits",
    why: "A type change that leaves the rows as they are still holds ACCESS EXCLUSIVE: a check on the column is tested \
          again on every row, and an index whose expression or predicate names the column is rebuilt.",
    safe_way: "drop the check and the index first, and restore them NOT VALID and CONCURRENTLY after the change",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN subject TYPE varchar(200);",
        good: "ALTER TABLE email DROP CONSTRAINT email_subject_check;\n\
               ALTER TABLE email ALTER COLUMN subject TYPE varchar(200);\n\
               ALTER TABLE email ADD CONSTRAINT email_subject_check CHECK (subject <> '') NOT VALID;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::SetColumnType { table, column, .. } = step else { continue };
        if seen.blocks_for_long(at, table) && !seen.blocks_with(at, table, &[Work::Rewrite]) {
            let work = match seen.blocks_with(at, table, &[Work::BuildIndex]) {
                true => "builds an index of",
                false => "reads all of",
            };
            found
                .step(at, format!("changing the type of `{column}` {work} `{table}` while every read and write waits"));
        }
    }
}
