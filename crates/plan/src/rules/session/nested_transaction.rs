use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "nested-transaction",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite],
    scales: false,
    what: "BEGIN or COMMIT stands inside a transaction that is already open",
    why: "There is one transaction at a time: a second BEGIN only gives a warning, and the first COMMIT ends the \
          transaction that the tool opened. The rest of the file then runs outside it, half of it cannot be rolled \
          back, and the tool's own COMMIT finds nothing.",
    safe_way: "leave BEGIN and COMMIT to the tool that runs the file",
    example: Example {
        bad: "BEGIN;\n\
              BEGIN;\n\
              ALTER TABLE email ADD COLUMN state text;\n\
              COMMIT;",
        good: "ALTER TABLE email ADD COLUMN state text;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-begin.html",
        "https://www.postgresql.org/docs/current/sql-commit.html",
        "https://www.sqlite.org/lang_transaction.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::SetSession { name, .. } = step else { continue };
        let tool = seen.statement.transaction.is_some();
        let message = match name.as_str() {
            "BEGIN" if seen.session().has_begun() => "a transaction is open already; this one does not begin",
            "BEGIN" if tool => "the tool that runs the file has opened a transaction already",
            "COMMIT" | "ROLLBACK" if tool => "ends the transaction that the tool has opened; what follows runs outside",
            "COMMIT" | "ROLLBACK" if !seen.session().has_begun() => "no transaction is open here",
            _ => continue,
        };
        found.step(at, message);
    }
}
