use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "wide-index",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Postgres],
    scales: false,
    what: "an index has more than three columns",
    why: "Each column makes the index larger and every write slower, and a query uses its columns only from the left, \
          as far as it names them. More than three rarely pay off, unless the index is unique.",
    safe_way: "index the columns that select best",
    example: Example {
        bad: "CREATE INDEX CONCURRENTLY ix ON email (account_id, state, sender, subject);",
        good: "CREATE INDEX CONCURRENTLY ix ON email (account_id, state);",
    },
    sources: &["https://www.postgresql.org/docs/current/indexes-multicolumn.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateIndex { index, .. } = step else { continue };
        if !index.unique && index.keys.len() > 3 {
            let (name, count) = (&index.name, index.keys.len());
            found.step(at, format!("`{name}` has {count} columns")).here = None;
        }
    }
}
