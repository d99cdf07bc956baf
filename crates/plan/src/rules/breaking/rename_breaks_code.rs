use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rename-breaks-code",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "something that code refers to by name is renamed",
    why: "Schemas, views, types, sequences and functions are found by name. Code that uses the old name fails from the \
          commit on, and function bodies that name it are not updated.",
    safe_way: "create it under the new name as well, switch the code, then drop the old one",
    example: Example {
        bad: "ALTER VIEW inbox RENAME TO received;",
        good: "CREATE VIEW received AS SELECT * FROM inbox;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-schemas.html",
        "https://www.postgresql.org/docs/current/sql-alterview.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        match step {
            Step::RenameObject { object, to } if !seen.is_new(&object.name) => {
                found
                    .step(at, format!("code that uses {object} fails once it is called `{to}`"))
                    .label("the old name is gone");
            }
            Step::Inert { .. } if seen.begins(&["ALTER", "DATABASE"]) && seen.says(&["RENAME", "TO"]) => {
                found.step(at, "whoever connects to the database by its old name fails").label("the old name is gone");
            }
            _ => {}
        }
    }
}
