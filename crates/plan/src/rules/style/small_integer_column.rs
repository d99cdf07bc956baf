use whimbrel_schema::Engine;

use super::columns;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "small-integer-column",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Postgres],
    scales: false,
    what: "an integer column may become too small",
    why: "Changing an `integer` or `smallint` column to `bigint` rewrites the table while everybody waits; four more \
          bytes a row cost little.",
    safe_way: "use bigint",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN size integer;",
        good: "ALTER TABLE email ADD COLUMN size bigint;",
    },
    sources: &["https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, table, name, ty) in columns::typed(seen) {
        if matches!(ty.name.as_str(), "integer" | "smallint") {
            found.step(at, format!("`{table}.{name}` is {ty}, and becoming bigint later is dear")).here = None;
        }
    }
}
