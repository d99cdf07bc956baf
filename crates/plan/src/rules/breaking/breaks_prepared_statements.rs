use whimbrel_schema::{Engine, ObjectName};

use crate::review::{Danger, Passed, Seen, Severity, Told};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "breaks-prepared-statements",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "each session that prepared a query on the table gets one error",
    why: "A prepared `SELECT *`, or a query of a column whose type changes, fails once with \"cached plan must not \
          change result type\" in every open session. Drivers prepare statements by themselves once a query has run a \
          few times; some retry outside a transaction, many do not.",
    safe_way: "list columns instead of `*`; let the driver discard its prepared statements, or reconnect, after the \
               migration",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN archived_at timestamptz;",
        good: "SELECT id, subject FROM email;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-prepare.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::BreaksPrepared { table } = danger
            && !seen.is_new(table)
            && !seen.file.iter().any(|passed| was_said(passed, table))
        {
            let told = |rule: &str| rule.starts_with("rename-") || matches!(rule, "drop-column" | "drop-table");
            if !found.is_told(at, told) {
                found.step(at, format!("sessions that prepared `SELECT *` on `{table}` get an error once"));
            }
        }
    }
}

/// Sessions that are about to prepare anew do so once for all that a file does to the table.
fn was_said(passed: &Passed<'_>, table: &ObjectName) -> bool {
    let about = |told: &Told| matches!(&told.danger, Danger::BreaksPrepared { table: other } if other == table);
    passed.said.contains(&RULE.id) && passed.prediction.dangers.iter().any(about)
}
