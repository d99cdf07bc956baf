use whimbrel_schema::Engine;

use super::columns;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "length-limit",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a text column has a length limit",
    why: "`varchar(n)` is stored like `text`. A guessed limit is wrong one day; raising it is quick but breaks \
          prepared statements, and lowering it rewrites the table.",
    safe_way: "use text, with a CHECK on the length if there must be a limit",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN subject varchar(100);",
        good: "ALTER TABLE email ADD COLUMN subject text;",
    },
    sources: &["https://www.postgresql.org/docs/current/datatype-character.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, table, name, ty) in columns::typed(seen) {
        if ty.name == "character varying" && !ty.arguments.is_empty() {
            found.step(at, format!("`{table}.{name}` is {ty}, and its limit is dear to change")).here = None;
        }
    }
}
