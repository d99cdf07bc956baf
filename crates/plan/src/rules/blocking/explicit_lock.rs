use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "explicit-lock",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "LOCK TABLE keeps others out until the transaction ends",
    why: "Without a mode, LOCK TABLE takes ACCESS EXCLUSIVE: nobody reads or writes the table until the transaction \
          ends, and while it waits for its turn, everyone else queues behind it.",
    safe_way: "take the weakest mode that is enough, with NOWAIT, as late in the transaction as possible",
    example: Example { bad: "LOCK TABLE email;", good: "LOCK TABLE email IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;" },
    sources: &["https://www.postgresql.org/docs/current/sql-lock.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if !matches!(seen.steps(), [Step::Inert { .. }]) || !seen.begins(&["LOCK"]) {
        return;
    }
    if let Some(touch) = seen.all_touches().find(|touch| touch.blocks_writes()) {
        let on = touch.relation().map_or_else(|| "the table".to_string(), |name| format!("`{name}`"));
        let what = if touch.blocks_reads() { "every read and write" } else { "every write" };
        found.step(0, format!("locking {on} keeps out {what} until the transaction ends"));
    }
}
