use whimbrel_schema::{Engine, Object, ObjectKind, ObjectName};

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::{Amendment, RowSecurityChange, Step};

pub(super) static RULE: Rule = Rule {
    id: "row-security-hides-rows",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "row security is enabled, and rows that no policy shows are hidden",
    why: "Once it is enabled, a role that neither owns the table nor bypasses row security sees only the rows that a \
          policy shows: without a policy none at all, and without an error. FORCE applies it to the owner too; a \
          RESTRICTIVE policy hides rows from everyone.",
    safe_way: "create the policies first, test them as the application's role, then enable row security",
    example: Example {
        bad: "ALTER TABLE email ENABLE ROW LEVEL SECURITY;",
        good: "CREATE POLICY own ON email TO app USING (account_id = current_setting('app.account')::bigint);\n\
               ALTER TABLE email ENABLE ROW LEVEL SECURITY;",
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
                let begins = matches!(change, RowSecurityChange::Enable | RowSecurityChange::Force);
                if begins && !seen.is_new(table) {
                    let policies = policies(seen, table);
                    let finding =
                        found.step(at, format!("rows of `{table}` that no policy shows are hidden from now on"));
                    if policies > 0 {
                        finding.severity(Severity::Care).label(format!("policies that are known: {policies}"));
                    } else {
                        finding.label("no policy is known: all rows are hidden");
                    }
                }
            }
            Step::CreateObject { object, .. } if seen.says(&["AS", "RESTRICTIVE"]) => {
                if let Object::Opaque(policy) = object.as_ref()
                    && let Some(table) = policy.table.as_ref().filter(|table| !seen.is_new(table))
                {
                    found.step(at, format!("the policy takes rows of `{table}` away from everyone it applies to"));
                }
            }
            _ => {}
        }
    }
}

fn policies(seen: &Seen<'_>, table: &ObjectName) -> usize {
    let of = |object: &&Object| matches!(object, Object::Opaque(it) if it.kind == "policy" && it.table.as_ref() == Some(table));
    seen.before().objects_of(ObjectKind::Opaque).filter(of).count()
}
