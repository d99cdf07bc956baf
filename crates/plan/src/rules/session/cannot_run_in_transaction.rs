use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Finding, Fix, Seen, Severity};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "cannot-run-in-transaction",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite],
    scales: false,
    what: "a statement that cannot run inside a transaction is inside one",
    why: "CREATE INDEX CONCURRENTLY, VACUUM and the like commit in the middle of their work, so the server refuses \
          them inside a transaction; most tools open one for each file.",
    safe_way: "put it into a file of its own that runs without a transaction: `-- transaction: none` above it",
    example: Example {
        bad: "BEGIN;\n\
              CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);\n\
              COMMIT;",
        good: "-- transaction: none\n\
               CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
        "https://www.sqlite.org/lang_vacuum.html",
    ],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |_, _| "the file begins the transaction itself: move the statement out of it".to_string(),
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    // BEGIN and COMMIT where they do not belong have a rule of their own.
    let of_transactions = |step: &Step| matches!(step, Step::SetSession { value: None, .. });
    let refused = match seen.before().engine {
        Engine::Sqlite => {
            let told = seen.dangers().any(|(_, danger)| *danger == Danger::NeedsNoTransaction);
            told && !seen.steps().iter().any(of_transactions)
        }
        Engine::Postgres | Engine::Mysql => seen.at.in_transaction && !seen.understanding.transactional(),
    };
    if refused {
        found.statement("this is refused inside a transaction").label("fails").here = None;
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
