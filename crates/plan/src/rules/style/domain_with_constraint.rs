use whimbrel_schema::{Engine, Object};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "domain-with-constraint",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a domain carries a constraint, which is expensive to change later",
    why: "Adding a column of such a domain rewrites the table; changing the constraint reads every table that uses the \
          domain while their writes wait.",
    safe_way: "put the CHECK on the tables, where it can be added NOT VALID and validated",
    example: Example {
        bad: "CREATE DOMAIN address AS text CHECK (value LIKE '%@%');",
        good: "ALTER TABLE email ADD CONSTRAINT email_sender CHECK (sender LIKE '%@%') NOT VALID;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-createdomain.html",
        "https://www.postgresql.org/docs/current/sql-alterdomain.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateObject { object, .. } = step else { continue };
        if let Object::Domain(domain) = object.as_ref()
            && (!domain.checks.is_empty() || !domain.nullable)
        {
            let name = &domain.name;
            found.step(at, format!("the constraint of domain `{name}` is dear to change once tables use it")).here =
                None;
        }
    }
}
