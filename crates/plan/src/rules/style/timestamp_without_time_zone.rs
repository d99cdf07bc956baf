use whimbrel_schema::Engine;

use super::columns;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "timestamp-without-time-zone",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a column has type timestamp, which does not identify an instant",
    why: "A `timestamp` is what a clock on some wall showed. Sessions with different TimeZone settings read the same \
          value as different instants, and one hour occurs twice each autumn. `timestamptz` takes the same eight bytes \
          and is the same instant everywhere.",
    safe_way: "use timestamptz",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN sent_at timestamp;",
        good: "ALTER TABLE email ADD COLUMN sent_at timestamptz;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/datatype-datetime.html",
        "https://wiki.postgresql.org/wiki/Don%27t_Do_This",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, table, name, ty) in columns::typed(seen) {
        if ty.name == "timestamp without time zone" {
            found
                .step(at, format!("`{table}.{name}` does not say which instant it is"))
                .label("use timestamptz")
                .here = None;
        }
    }
}
