use whimbrel_schema::Engine;

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::{Amendment, RowSecurityChange, Step};

pub(super) static RULE: Rule = Rule {
    id: "row-security-ends",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "row security is disabled or a policy dropped, and hidden rows become visible",
    why: "Without row security, everybody who may read the table reads all of it. Dropping a restrictive policy shows \
          rows; dropping a permissive one hides rows.",
    safe_way: "create the new policy before the old one is dropped, in one transaction",
    example: Example {
        bad: "ALTER TABLE email DISABLE ROW LEVEL SECURITY;",
        good: "CREATE POLICY staff ON email TO staff USING (true);",
    },
    sources: &["https://www.postgresql.org/docs/current/ddl-rowsecurity.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        match step {
            Step::Amend(amendment) => {
                let Amendment::RowSecurity { table, change } = amendment.as_ref() else { continue };
                let ends = matches!(change, RowSecurityChange::Disable | RowSecurityChange::NoForce);
                if ends && !seen.is_new(table) {
                    found.step(at, format!("rows of `{table}` that policies hide can be seen from now on"));
                }
            }
            Step::DropObject { .. } if seen.begins(&["DROP", "POLICY"]) && !seen.passes_over(at) => {
                found.step(at, "who sees which rows changes when a policy goes");
            }
            _ => {}
        }
    }
}
