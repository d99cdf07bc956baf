use whimbrel_schema::Engine;

use crate::review::{Finding, Fix, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "cannot-run-in-transaction",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a statement that cannot be part of a transaction stands in one",
    why: "CREATE INDEX CONCURRENTLY and its like commit in the middle of their work, so the server refuses them inside \
          a transaction; most tools open one for each file.",
    safe_way: "put it into a file of its own that runs without a transaction: `-- transaction: none` above it",
    example: Example {
        bad: "BEGIN;\n\
              CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);\n\
              COMMIT;",
        good: "-- transaction: none\n\
               CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY"],
    check,
    stands: None,
    fix: Some(fix),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if seen.at.in_transaction && !seen.understanding.transactional() {
        found.statement("the server refuses this inside a transaction").label("fails").here = None;
    }
}

/// Not out of a transaction that the script itself has begun.
fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    if seen.session().has_begun() {
        return None;
    }
    Some(Fix {
        what: "run it outside a transaction".to_string(),
        edits: vec![seen.outside_transactions()?],
        then: Vec::new(),
    })
}
