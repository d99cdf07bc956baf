use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Extent, Held, Seen, Severity, Touch, Work};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "backfill-with-schema-change",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "rows are changed in the transaction that changes the schema",
    why: "The locks of the schema change are held until the last row is written: nobody reads or writes the table \
          meanwhile, and if it fails, all of it has to be repeated.",
    safe_way: "change the schema in one revision, and fill the rows in batches in the next",
    example: Example {
        bad: "BEGIN;\n\
              ALTER TABLE email ADD COLUMN state text;\n\
              UPDATE email SET state = 'new';\n\
              COMMIT;",
        good: "ALTER TABLE email ADD COLUMN state text;\n\
               -- in a later revision\n\
               -- backfill\n\
               UPDATE email SET state = 'new' WHERE state IS NULL;",
    },
    sources: &["https://www.postgresql.org/docs/current/explicit-locking.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if !seen.at.in_transaction || seen.statement.backfill {
        return;
    }
    let strong = |touch: &&Touch| {
        touch.blocks_writes()
            && touch.lock.held == Held::Transaction
            && touch.relation().is_some_and(|name| !seen.is_new(name))
    };
    let earlier =
        seen.transaction.iter().filter(|passed| !passed.only_new).flat_map(|passed| &passed.prediction.touches);
    let Some(locked) = earlier.filter(strong).find_map(Touch::relation) else { return };
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::ChangeData { tables, .. } = step else { continue };
        let many = |touch: &&Touch| {
            touch.work.iter().any(|work| matches!(work, Work::ChangeRows(Extent::Found | Extent::All)))
        };
        if let Some(touch) = seen.touches(at).find(many) {
            let table = touch.relation().or(tables.first()).map_or_else(String::new, |name| format!(" of `{name}`"));
            found.step(at, format!("rows{table} are changed while `{locked}` is locked by an earlier statement"));
        }
    }
}
