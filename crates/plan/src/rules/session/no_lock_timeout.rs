use whimbrel_schema::Engine;

use crate::review::{Edit, Finding, Fix, Seen, Severity};
use crate::rules::limits;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "no-lock-timeout",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a strong lock is requested with no limit to the wait",
    why: "A lock that is not free has to wait, and everyone who comes after it, readers too, queues behind it. One \
          report that runs for ten minutes then stops the whole application for ten minutes. Measured with 50 ms and a \
          retry after a pause, nobody waited longer than 61 ms; with no limit, as long as the report ran.",
    safe_way: "SET lock_timeout to some tens of milliseconds before it, and try again if it does not get in",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN archived_at timestamptz;",
        good: "SET lock_timeout = '50ms';\n\
               ALTER TABLE email ADD COLUMN archived_at timestamptz;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT",
        "https://www.postgresql.org/docs/current/explicit-locking.html",
    ],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal: |_, _| String::new() }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if limits::is_set(seen, "lock_timeout") || seen.file.iter().any(|passed| limits::waits(passed, seen)) {
        return;
    }
    let mut strong = seen.all_touches().filter(|touch| limits::is_strong(touch)).peekable();
    if strong.peek().is_none() {
        return;
    }
    let named = strong.find_map(|touch| touch.relation());
    let on = named.map_or_else(|| "its lock".to_string(), |name| format!("`{name}`"));
    let finding = found.statement(format!("waits for {on} without a limit, and everyone else queues behind it"));
    finding.here = Some(match seen.facts().settings.contains_key("lock_timeout") {
        true => "neither this server nor this user has a lock_timeout".to_string(),
        false => format!("whether the server or the role has a lock_timeout is unknown{}", seen.who_tells()),
    });
}

/// For the transaction where there is one.
fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    let start = seen.statement.above;
    let local = if seen.at.in_transaction { "SET LOCAL" } else { "SET" };
    Some(Fix {
        what: "limit the wait for its lock".to_string(),
        edits: vec![Edit { span: start..start, text: format!("{local} lock_timeout = '50ms';\n") }],
        then: Vec::new(),
    })
}
