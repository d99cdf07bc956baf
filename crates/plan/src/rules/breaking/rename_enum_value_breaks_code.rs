use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rename-enum-value-breaks-code",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "an enum value is renamed",
    why: "Rows follow by themselves, but code that writes or compares the old value fails: the type no longer has it.",
    safe_way: "add the new value, switch the code, move the rows in batches, and leave the old value unused",
    example: Example {
        bad: "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';",
        good: "ALTER TYPE mood ADD VALUE 'fine' AFTER 'ok';",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertype.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        if let Step::RenameEnumValue { name, from, to } = step
            && !seen.is_new(name)
        {
            found.step(at, format!("code that uses `{from}` of `{name}` fails once it is called `{to}`"));
        }
    }
}
