use whimbrel_schema::Engine;

use super::columns;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "json-without-equality",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a column has type json, whose values cannot be compared",
    why: "`json` keeps the text as it came and has no equality: SELECT DISTINCT, UNION and GROUP BY over it fail, \
          including queries that worked before the column was added, and it cannot have a GIN index.",
    safe_way: "use jsonb",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN headers json;",
        good: "ALTER TABLE email ADD COLUMN headers jsonb;",
    },
    sources: &["https://www.postgresql.org/docs/current/datatype-json.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, table, name, ty) in columns::typed(seen) {
        if ty.name == "json" && ty.dimensions == 0 {
            found.step(at, format!("`{table}.{name}` is json, which has no equality")).label("use jsonb").here = None;
        }
    }
}
