use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "revoke-breaks-code",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a right that code may need is revoked",
    why: "Statements that need the right fail from the commit on, in every session of the roles that lose it.",
    safe_way: "check the server's log, or test as that role, that nothing uses it, then revoke",
    example: Example { bad: "REVOKE UPDATE ON email FROM app;", good: "GRANT SELECT ON email TO app;" },
    sources: &["https://www.postgresql.org/docs/current/sql-revoke.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if matches!(seen.steps(), [Step::Inert { .. }]) && seen.begins(&["REVOKE"]) {
        let everyone = seen.says(&["FROM", "PUBLIC"]);
        let finding = found.step(0, "code that needs the right fails once it is taken away");
        if everyone {
            finding.severity(Severity::Advice).label("those who have it by another way keep it");
        }
    }
}
