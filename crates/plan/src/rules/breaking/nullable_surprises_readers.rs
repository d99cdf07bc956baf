use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "nullable-surprises-readers",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a column may hold NULL from now on",
    why: "Code that runs now assumes that the column always has a value; the first NULL that a newer version writes \
          breaks it. Going back requires every NULL to be cleaned up.",
    safe_way: "deploy code that can read NULL before anything writes one",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN subject DROP NOT NULL;",
        good: "-- where it was loosened for inserts that leave it out\n\
               ALTER TABLE email ALTER COLUMN subject SET DEFAULT '';",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::SetNullable { table, column, nullable: true } = step else { continue };
        let was = seen.table(table).and_then(|table| table.column(column)).is_some_and(|column| column.nullable);
        if !seen.is_new(table) && !was {
            found.step(at, format!("code that reads `{column}` of `{table}` has to expect NULL from now on"));
        }
    }
}
