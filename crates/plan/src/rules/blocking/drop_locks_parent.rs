use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Passed, Seen, Severity};
use crate::rules::{Example, Found, Rule, limits};

pub(super) static RULE: Rule = Rule {
    id: "drop-locks-parent",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "dropping a foreign key also locks the table it refers to",
    why: "A foreign key is enforced by triggers on both tables. Dropping it, its column or its table removes them \
          under ACCESS EXCLUSIVE on both: the referenced table, often the busiest of all, is blocked too, and everyone \
          queues behind it.",
    safe_way: "drop the foreign key in a transaction of its own under a short lock_timeout, and retry if it does not \
               get the lock",
    example: Example {
        bad: "DROP TABLE email;",
        good: "SET lock_timeout = '50ms';\n\
               ALTER TABLE email DROP CONSTRAINT email_account_id_fkey;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-CONSTRAINT",
        "https://www.postgresql.org/docs/current/explicit-locking.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let (Step::DropConstraint { table, .. } | Step::DropColumn { table, .. } | Step::DropTable { table, .. }) =
            step
        else {
            continue;
        };
        let what = if let Step::DropConstraint { name, .. } | Step::DropColumn { column: name, .. } = step {
            format!("`{name}`")
        } else {
            format!("`{table}`")
        };
        let keys = seen.table(table).map(|table| table.foreign_keys.as_slice()).unwrap_or_default();
        let other = seen.touches(at).filter(|touch| touch.blocks_reads()).filter_map(|touch| touch.relation());
        let parents: Vec<_> =
            other.filter(|name| *name != table && keys.iter().any(|key| key.references == **name)).collect();
        if let Some(parent) = parents.first() {
            let finding = found.step(at, format!("dropping {what} blocks every read and write of `{parent}` too"));
            // By itself and with little patience, nobody waits for more than a moment: that is the safe way.
            let alone = matches!(step, Step::DropConstraint { .. }) && seen.transaction.iter().all(waits_for_nothing);
            let patience = limits::milliseconds(seen, "lock_timeout");
            if alone && patience.is_some_and(|limit| (1..=SHORT).contains(&limit)) {
                finding.severity(Severity::Advice);
            }
        }
    }
}

/// Milliseconds that nobody minds.
const SHORT: u64 = 1_000;

/// Whether an earlier statement of the transaction holds nothing that others wait for.
fn waits_for_nothing(passed: &Passed<'_>) -> bool {
    passed.only_new || passed.prediction.touches.iter().all(|touch| !touch.blocks_writes())
}
