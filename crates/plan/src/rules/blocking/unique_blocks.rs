use whimbrel_schema::{Constraint, Engine};

use crate::review::{Finding, Fix, Seen, Severity};
use crate::rules::later;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unique-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a unique constraint builds its index while every read and write waits",
    why: "`ADD UNIQUE` takes ACCESS EXCLUSIVE on the table and keeps it while the index is built. `CREATE UNIQUE INDEX \
          CONCURRENTLY` lets reads and writes go on, and `ADD CONSTRAINT … UNIQUE USING INDEX` then only adopts the \
          finished index.",
    safe_way: "build a unique index CONCURRENTLY, then add the constraint USING INDEX",
    example: Example {
        bad: "ALTER TABLE email ADD CONSTRAINT email_message_key UNIQUE (message);",
        good: "CREATE UNIQUE INDEX CONCURRENTLY email_message_key ON email (message);\n\
               ALTER TABLE email ADD CONSTRAINT email_message_key UNIQUE USING INDEX email_message_key;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX",
    ],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal: later::no_index_to_use }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for new in seen.new_constraints() {
        let Constraint::Unique(unique) = new.constraint else { continue };
        if new.using_index.is_none() && seen.blocks_for_long(new.step, new.table) {
            let (columns, table) = (unique.columns.join("`, `"), new.table);
            let message =
                format!("making `{columns}` unique blocks every read and write of `{table}` while the index builds");
            found.step(new.step, message);
        }
    }
}

fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    later::using_index(seen, finding)
}
