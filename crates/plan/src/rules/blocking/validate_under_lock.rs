use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Edit, Finding, Fix, Followup, Seen, Severity};
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "validate-under-lock",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a constraint is validated in the transaction that added it, so the strong lock lasts through the check",
    why: "Adding a constraint NOT VALID takes ACCESS EXCLUSIVE, or SHARE ROW EXCLUSIVE for a foreign key. That is over \
          in a moment, but a lock is kept until the transaction ends: VALIDATE in the same transaction reads every row \
          under it, as if NOT VALID had never been written.",
    safe_way: "VALIDATE in a transaction of its own, after the one that adds the constraint has committed",
    example: Example {
        bad: "BEGIN;\n\
              ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0) NOT VALID;\n\
              ALTER TABLE email VALIDATE CONSTRAINT email_size;\n\
              COMMIT;",
        good: "ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0) NOT VALID;\n\
               -- in a later transaction\n\
               ALTER TABLE email VALIDATE CONSTRAINT email_size;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES",
        "https://www.postgresql.org/docs/current/explicit-locking.html",
    ],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |seen, finding| {
            because(seen, finding, || "it is not a VALIDATE CONSTRAINT that ends in a semicolon".to_string())
        },
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::ValidateConstraint { table, name } = step else { continue };
        if seen.is_new(table) {
            continue;
        }
        let earlier = seen.transaction.iter().flat_map(|passed| passed.steps);
        let here = seen.steps().iter().take(at);
        let added = |step: &Step| step.adds_constraint(table, name);
        let same_statement = here.clone().any(added);
        if (seen.at.in_transaction && earlier.clone().any(added)) || same_statement {
            let message = format!("validating `{name}` reads all of `{table}` under the lock that adding it took");
            found.step(at, message);
        }
    }
}

/// Taken out here, said again later.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::ValidateConstraint { .. }) = seen.steps().get(finding.step?) else { return None };
    if seen.steps().len() != 1 {
        return None;
    }
    let mut span = seen.statement.span.clone();
    let rest = seen.script.text.get(span.end..)?;
    span.end += rest.len() - rest.trim_start().strip_prefix(';')?.len();
    Some(Fix {
        what: "validate it in a later transaction".to_string(),
        edits: vec![Edit { span, text: String::new() }],
        then: vec![Followup {
            message: "validate what was added".to_string(),
            statements: vec![seen.sql.to_string()],
            no_transaction: false,
            undo: Vec::new(),
        }],
    })
}
