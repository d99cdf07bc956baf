use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Finding, Fix, Seen, Severity};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "pragma-ignored",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "a setting is changed inside a transaction, where SQLite ignores it",
    why: "`PRAGMA foreign_keys` silently does nothing while a transaction is open: the statements after it run with \
          foreign keys as they were. Tools that run a migration in a transaction open it before the first statement.",
    safe_way: "set it before the transaction begins: outside of the file, or in a file that runs without a transaction",
    example: Example {
        bad: "BEGIN;\nPRAGMA foreign_keys = OFF;\nDROP TABLE email;\nCOMMIT;",
        good: "PRAGMA foreign_keys = OFF;\nBEGIN;\nDROP TABLE email;\nCOMMIT;",
    },
    sources: &["https://www.sqlite.org/pragma.html#pragma_foreign_keys"],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |_, _| "the file begins the transaction itself: move the PRAGMA above its BEGIN".to_string(),
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::SetSession { name, .. } = step else { continue };
        for (_, danger) in seen.dangers().filter(|(step, _)| *step == at) {
            if let Danger::DoesNothing { why } = danger {
                found.step(at, format!("`{name}` stays as it is: {why}"));
            }
        }
    }
}

/// Only where whoever runs the file opens the transaction; what the script begins itself, a person has to move.
fn fix(seen: &Seen<'_>, _: &Finding) -> Option<Fix> {
    if seen.session().has_begun() {
        return None;
    }
    let edits = vec![seen.outside_transactions()?];
    Some(Fix { what: "run it outside the transaction".to_string(), edits, then: Vec::new() })
}
