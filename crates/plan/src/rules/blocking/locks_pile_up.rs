use whimbrel_schema::{Engine, ObjectName};

use crate::Step;
use crate::review::{Extent, Held, Seen, Severity, Touch, Work};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "locks-pile-up",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a transaction keeps working while it holds a strong lock",
    why: "A lock is kept until its transaction ends. Whatever runs after an ALTER TABLE in the same transaction (a \
          scan, an index build, a change of many rows, waiting for the lock on the next table) makes everyone who \
          waits for the first table wait for that too. Locking two tables in turn can also deadlock with code that \
          takes them in the other order.",
    safe_way: "one strong lock per transaction, and nothing slow after it: give each statement a transaction of its \
               own",
    example: Example {
        bad: "BEGIN;\n\
              ALTER TABLE account ADD COLUMN plan text;\n\
              CREATE INDEX ix_email_subject ON email (subject);\n\
              COMMIT;",
        good: "ALTER TABLE account ADD COLUMN plan text;\n\
               CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
    },
    sources: &["https://www.postgresql.org/docs/current/explicit-locking.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    // Once a transaction: whoever takes it apart sees to the rest of it too.
    if !seen.at.in_transaction || seen.transaction.iter().any(|passed| passed.said.contains(&RULE.id)) {
        return;
    }
    let held = |touch: &&Touch| touch.blocks_reads() && touch.lock.held == Held::Transaction;
    let earlier = seen.transaction.iter().filter(|passed| !passed.only_new && !passed.steps.is_empty());
    let locked: Vec<&ObjectName> = earlier
        .flat_map(|passed| &passed.prediction.touches)
        .filter(held)
        .filter_map(|touch| touch.relation())
        .filter(|name| !seen.is_new(name))
        .collect();
    let Some(first) = locked.first() else { return };
    let told =
        |at: usize| found.is_told(at, |rule| matches!(rule, "validate-under-lock" | "backfill-with-schema-change"));
    let works =
        |touch: &&Touch| touch.work.iter().any(|work| *work != Work::ChangeRows(Extent::Listed)) && !told(touch.step);
    // Under another name it is the same table, and the same lock.
    let steps = || seen.transaction.iter().flat_map(|passed| passed.steps);
    let renamed = |name: &ObjectName| {
        steps().any(|step| matches!(step, Step::RenameTable { from, to } if to == name && locked.contains(&from)))
    };
    let another = |touch: &&Touch| {
        let is_other = |name: &ObjectName| !locked.contains(&name) && !renamed(name);
        held(touch) && touch.relation().is_some_and(is_other) && !told(touch.step)
    };
    // What it keeps readers out of by itself is the matter of another rule, unless others are kept out as well.
    let alone = |touch: &&Touch| touch.blocks_reads() && locked.iter().all(|name| touch.is_on(name));
    if let Some(touch) = seen.all_touches().filter(|touch| !alone(touch)).find(works) {
        let on = touch.relation().map_or_else(|| "the database".to_string(), |name| format!("`{name}`"));
        found.step(touch.step, format!("works on all of {on} while `{first}` is locked by an earlier statement"));
    } else if let Some(touch) = seen.all_touches().find(another) {
        let on = touch.relation().map_or_else(|| "the database".to_string(), |name| format!("`{name}`"));
        found.step(touch.step, format!("locks {on} while `{first}` is locked by an earlier statement"));
    }
}
