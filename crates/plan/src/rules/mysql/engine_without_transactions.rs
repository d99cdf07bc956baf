use whimbrel_schema::Engine;

use super::defined;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "engine-without-transactions",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a table uses a storage engine without transactions",
    why: "MyISAM, Aria, MEMORY, CSV and ARCHIVE take no part in transactions: what is written stays after ROLLBACK, \
          foreign keys are ignored, and a writer locks the whole table. A crash can corrupt a MyISAM, CSV or ARCHIVE \
          table, and empties a MEMORY table.",
    safe_way: "use InnoDB",
    example: Example {
        bad: "CREATE TABLE email (id int PRIMARY KEY) ENGINE=MyISAM;",
        good: "CREATE TABLE email (id int PRIMARY KEY) ENGINE=InnoDB;",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/storage-engines.html"],
    check,
    stands: None,
    fix: None,
};

const WITHOUT: &[&str] = &["myisam", "aria", "memory", "heap", "csv", "archive", "merge", "mrg_myisam", "blackhole"];

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Some((table, set)) = defined::options(step) else { continue };
        if let Some((_, engine)) = set.iter().find(|(name, engine)| *name == "engine" && WITHOUT.contains(engine)) {
            found.step(at, format!("`{table}` is kept by {engine}, which knows no transactions"));
        }
    }
}
