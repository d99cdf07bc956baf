use whimbrel_schema::Engine;

use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unsupported",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "this version of the server does not have the statement",
    why: "The migration fails at this statement, with whatever ran before it already done unless one transaction holds \
          both.",
    safe_way: "write it for the oldest version that it has to run on",
    example: Example {
        bad: "ALTER TABLE event DETACH PARTITION event_2020 CONCURRENTLY;",
        good: "ALTER TABLE event DETACH PARTITION event_2020;",
    },
    sources: &["https://www.postgresql.org/docs/current/release.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::Unsupported { what, since } = danger {
            let since = since
                .as_ref()
                .map_or_else(String::new, |version| format!("; version {version} is the first that does"));
            found.step(at, format!("the server does not know {what}{since}")).label("fails");
        }
    }
}
