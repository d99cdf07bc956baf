use whimbrel_schema::{Engine, Generation};

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "serial-column",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a serial column is used instead of an identity",
    why: "`serial` makes a separate sequence whose rights have to be granted separately, and lets any insert supply a \
          number that the sequence does not know of. An identity column belongs to its table, and `GENERATED ALWAYS` \
          protects its numbers.",
    safe_way: "use GENERATED … AS IDENTITY",
    example: Example {
        bad: "CREATE TABLE email (id bigserial PRIMARY KEY);",
        good: "CREATE TABLE email (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-identity-columns.html",
        "https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-SERIAL",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Some((table, columns)) = step.new_columns() else { continue };
        for column in columns {
            if matches!(column.generation, Some(Generation::Serial { .. })) {
                let name = &column.name;
                found
                    .step(at, format!("`{table}.{name}` is serial; an identity keeps its numbers with the table"))
                    .label("use an identity")
                    .here = None;
            }
        }
    }
}
