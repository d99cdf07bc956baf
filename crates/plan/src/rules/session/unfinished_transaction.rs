use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Edit, Finding, Fix, Seen, Severity};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unfinished-transaction",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite],
    scales: false,
    what: "the file ends while its transaction is still open",
    why: "What is not committed is rolled back when the session ends, and until then its locks are held: the migration \
          seems to have worked but changed nothing, or everybody waits for an idle session.",
    safe_way: "end it with COMMIT",
    example: Example {
        bad: "BEGIN;\n\
              ALTER TABLE email ADD COLUMN state text;",
        good: "BEGIN;\n\
               ALTER TABLE email ADD COLUMN state text;\n\
               COMMIT;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-commit.html",
        "https://www.sqlite.org/lang_transaction.html",
    ],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |_, _| {
            "the tool opens a transaction of its own, and which COMMIT is missing is not certain".to_string()
        },
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let last = seen.script.statements.last().is_some_and(|last| last.span == seen.statement.span);
    if !last {
        return;
    }
    let mut open = seen.session().has_begun();
    for step in seen.steps() {
        if let Step::SetSession { name, .. } = step {
            open = match name.as_str() {
                "BEGIN" => true,
                "COMMIT" | "ROLLBACK" => false,
                _ => open,
            };
        }
    }
    if open {
        found
            .statement("the file ends and its transaction is not committed")
            .label("after this, nothing ends it")
            .here = None;
    }
}

fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    if seen.statement.transaction.is_some() {
        return None;
    }
    // As the statements before it are kept out of the tool's transaction.
    let outside = if seen.script.text.contains("-- transaction: none") { "-- transaction: none\n" } else { "" };
    let end = seen.statement.span.end;
    Some(Fix {
        what: "commit it".to_string(),
        edits: vec![Edit { span: end..end, text: format!(";\n{outside}COMMIT") }],
        then: Vec::new(),
    })
}
