use whimbrel_schema::Engine;

use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "breaks-dependents",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "something else is left broken, or stands in the way",
    why: "A view, a function, a trigger or a computed column names what is changed. The engine refuses the change, or \
          lets it pass and whatever depends on it fails when it is next used.",
    safe_way: "change what depends on it first, in the same transaction",
    example: Example {
        bad: "ALTER TABLE email DROP COLUMN subject;",
        good: "CREATE OR REPLACE VIEW inbox AS SELECT id FROM email;",
    },
    sources: &["https://www.postgresql.org/docs/current/ddl-depend.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::Breaks { what } = danger
            && !found.is_told(at, |rule| rule == "rename-breaks-code")
        {
            found.step(at, format!("{what}, and that breaks"));
        }
    }
}
