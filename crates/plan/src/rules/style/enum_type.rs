use whimbrel_schema::{Engine, Object};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "enum-type",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Postgres],
    scales: false,
    what: "an enum's values cannot be removed or reordered",
    why: "Values can be added and renamed, never removed, and their order is fixed. A table of values with a foreign \
          key can be changed like any other table.",
    safe_way: "use a table of values with a foreign key, or text with a CHECK",
    example: Example {
        bad: "CREATE TYPE mood AS ENUM ('ok', 'happy');",
        good: "CREATE TABLE mood (name text PRIMARY KEY);",
    },
    sources: &["https://www.postgresql.org/docs/current/datatype-enum.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateObject { object, .. } = step else { continue };
        if let Object::Enum(made) = object.as_ref() {
            let name = &made.name;
            found.step(at, format!("values of `{name}` cannot be taken out or put in another order")).here = None;
        }
    }
}
