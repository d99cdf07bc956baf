use whimbrel_schema::{Constraint, Engine, ObjectName};

use crate::review::{Finding, Fix, Seen, Severity, Work};
use crate::rules::later;
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "foreign-key-blocks-writes",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a new foreign key is checked while writes to both tables wait",
    why: "`ADD FOREIGN KEY` takes SHARE ROW EXCLUSIVE on both tables and keeps it while every row of the one is looked \
          up in the other: all writes to both wait. With NOT VALID the locks are the same but last only a moment. \
          `VALIDATE CONSTRAINT`, in a later transaction, reads the rows while writes go on.",
    safe_way: "add it NOT VALID, then VALIDATE CONSTRAINT in a later transaction",
    example: Example {
        bad: "ALTER TABLE email ADD FOREIGN KEY (account_id) REFERENCES account (id);",
        good: "ALTER TABLE email ADD FOREIGN KEY (account_id) REFERENCES account (id) NOT VALID;\n\
               -- in a later transaction\n\
               ALTER TABLE email VALIDATE CONSTRAINT email_account_id_fkey;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES"],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for new in seen.new_constraints() {
        let Constraint::ForeignKey(key) = new.constraint else { continue };
        let (table, to) = (new.table, &key.references);
        let waits = |name: &ObjectName| seen.blocks_with(new.step, name, &[Work::Scan, Work::Rewrite]);
        if key.validated && !seen.is_new(table) && (waits(table) || waits(to)) {
            found.step(
                new.step,
                format!("adding a foreign key blocks writes to `{table}` and `{to}` while it is checked"),
            );
        }
    }
}

/// A partitioned table takes no NOT VALID before PostgreSQL 18.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let table = seen.new_constraints().find(|new| Some(new.step) == finding.step)?.table;
    if seen.table(table)?.options.partition_by.is_some() {
        return None;
    }
    later::not_valid(seen, finding)
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    because(seen, finding, || {
        let new = seen.new_constraints().find(|new| Some(new.step) == finding.step);
        let table = new.and_then(|new| seen.table(new.table));
        match table.is_some_and(|table| table.options.partition_by.is_some()) {
            true => "before PostgreSQL 18 a partitioned table takes no foreign key that is NOT VALID".to_string(),
            false => "a foreign key that comes with its column cannot be NOT VALID: add it in a statement of its own"
                .to_string(),
        }
    })
}
