use whimbrel_schema::{Constraint, Engine};

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "exclusion-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "an exclusion constraint builds its index while every read and write waits",
    why: "`ADD CONSTRAINT … EXCLUDE` takes ACCESS EXCLUSIVE and keeps it while the index is built and every row is \
          compared with the others. It has no concurrent form and no NOT VALID.",
    safe_way: "add it while nobody uses the table, or create a new table with it and move the rows over in batches",
    example: Example {
        bad: "ALTER TABLE booking ADD EXCLUDE USING gist (room WITH =, during WITH &&);",
        good: "CREATE TABLE booking_next (LIKE booking INCLUDING ALL, EXCLUDE USING gist (room WITH =, during WITH &&));",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for new in seen.new_constraints() {
        let Constraint::Exclusion(_) = new.constraint else { continue };
        if seen.blocks_for_long(new.step, new.table) {
            let table = new.table;
            let message = format!(
                "adding an exclusion constraint blocks every read and write of `{table}` while its index builds"
            );
            found.step(new.step, message);
        }
    }
}
