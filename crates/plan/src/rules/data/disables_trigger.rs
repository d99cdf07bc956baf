use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "disables-trigger",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a trigger is switched off",
    why: "While a trigger is off, whatever it maintains is not maintained: audit trails, copies in other tables, and \
          foreign keys if ALL triggers are disabled. Rows written meanwhile are never caught up.",
    safe_way: "leave it on, or let it skip this migration's rows by a setting that it reads",
    example: Example {
        bad: "ALTER TABLE email DISABLE TRIGGER email_audit;",
        good: "SET LOCAL app.skip_audit = 'on';",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        match step {
            Step::SetTriggerEnabled { table, name, enabled: false } if !seen.is_new(table) => {
                found
                    .step(at, format!("switches trigger `{name}` of `{table}` off"))
                    .label("what it keeps right goes unwatched");
            }
            Step::SetSession { name, value } if name == "session_replication_role" => {
                let off =
                    value.as_deref().is_some_and(|value| !value.trim_matches('\'').eq_ignore_ascii_case("origin"));
                if off && !value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case("default")) {
                    found
                        .step(at, "switches all triggers and foreign keys off for this session")
                        .label("nothing is checked");
                }
            }
            _ => {}
        }
    }
}
