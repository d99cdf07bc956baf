use whimbrel_schema::Engine;

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::{Amendment, Step};

pub(super) static RULE: Rule = Rule {
    id: "domain-check-scans",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a domain gets a constraint, and every table that uses it is read while writes wait",
    why: "ALTER DOMAIN … ADD CHECK, SET NOT NULL and VALIDATE CONSTRAINT read every column of that domain in every \
          table, holding SHARE on each: writes to all of them wait.",
    safe_way: "add the check NOT VALID; or put it on the table, NOT VALID, and validate it there",
    example: Example {
        bad: "ALTER DOMAIN address ADD CHECK (value LIKE '%@%');",
        good: "ALTER TABLE email ADD CONSTRAINT email_sender CHECK (sender LIKE '%@%') NOT VALID;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-alterdomain.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::Amend(amendment) = step else { continue };
        let Amendment::Domain { name, .. } = amendment.as_ref() else { continue };
        let long = seen.touches(at).filter(|touch| touch.blocks_for_long());
        let tables: Vec<String> =
            long.map(|touch| touch.relation().map_or("every table".into(), |name| format!("`{name}`"))).collect();
        if !tables.is_empty() {
            let tables = tables.join(", ");
            found.step(at, format!("a constraint on domain `{name}` is checked in {tables} while writes wait"));
        }
    }
}
