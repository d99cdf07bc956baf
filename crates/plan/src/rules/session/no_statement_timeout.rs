use whimbrel_schema::Engine;

use crate::review::{Passed, Seen, Severity, Touch};
use crate::rules::limits;
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "no-statement-timeout",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a statement that blocks others has no time limit",
    why: "What was quick on test tables may take an hour on production tables, and everybody who needs them waits. \
          With statement_timeout it gives up, and the migration fails with nothing changed.",
    safe_way: "SET statement_timeout before it, to the longest wait that others can bear",
    example: Example {
        bad: "ALTER TABLE email ADD CHECK (size > 0);",
        good: "SET statement_timeout = '5s';\n\
               ALTER TABLE email ADD CHECK (size > 0);",
    },
    sources: &["https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-STATEMENT-TIMEOUT"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let long = |passed: &Passed<'_>| !passed.only_new && passed.prediction.touches.iter().any(Touch::blocks_for_long);
    if limits::is_set(seen, "statement_timeout") || seen.file.iter().any(long) {
        return;
    }
    if seen.all_touches().any(Touch::blocks_for_long) {
        found.statement("keeps others out with no limit to its time").here = None;
    }
}
