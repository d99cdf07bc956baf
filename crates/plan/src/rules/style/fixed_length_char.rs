use whimbrel_schema::Engine;

use super::columns;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "fixed-length-char",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a column has type char(n), which is padded with blanks",
    why: "`char(n)` pads every value to its length, ignores the blanks in some comparisons but not in others, and \
          saves nothing: it is stored like `text`. A longer value is refused.",
    safe_way: "use text, with a CHECK on its length if there must be a limit",
    example: Example {
        bad: "CREATE TABLE country (code char(2) PRIMARY KEY);",
        good: "CREATE TABLE country (code text PRIMARY KEY CHECK (length(code) = 2));",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/datatype-character.html",
        "https://wiki.postgresql.org/wiki/Don%27t_Do_This",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, table, name, ty) in columns::typed(seen) {
        if ty.namespace.is_none() && matches!(ty.name.as_str(), "character" | "bpchar") {
            found.step(at, format!("`{table}.{name}` is filled with blanks to its length")).label("use text").here =
                None;
        }
    }
}
