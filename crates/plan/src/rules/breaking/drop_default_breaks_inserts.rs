use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-default-breaks-inserts",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a required column loses its default",
    why: "Code that relies on the default fails to insert from the commit on.",
    safe_way: "deploy code that supplies the value itself, then drop the default",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN state DROP DEFAULT;",
        good: "ALTER TABLE email ALTER COLUMN state SET DEFAULT 'new';",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-DEFAULT"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::SetDefault { table, column, to: None } = step else { continue };
        let known = seen.table(table).and_then(|table| table.column(column));
        let had = known.is_none_or(|column| !column.nullable && column.default.is_some());
        let again = seen.steps().iter().skip(at + 1).any(|step| matches!(step, Step::SetDefault { table: other, column: set, to: Some(_) } if other == table && set == column));
        if had && !again && !seen.is_new(table) {
            let finding = found
                .step(at, format!("code that leaves `{column}` to its default can no longer insert into `{table}`"));
            if known.is_none() {
                finding.assumed(format!(
                    "whether `{column}` is required is unknown, so the worst is assumed{}",
                    seen.who_tells()
                ));
            }
        }
    }
}
