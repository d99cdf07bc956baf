use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity, Work};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "type-change-rewrites",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a column's type changes, which rewrites the whole table while every read and write waits",
    why: "`ALTER COLUMN … TYPE` takes ACCESS EXCLUSIVE. Unless the stored values are already in the form of the new \
          type (`varchar(50)` to `varchar(100)` or `text`, `numeric(10,2)` to `numeric(12,2)`), every row is \
          rewritten, every index of the table is rebuilt, and twice the disk space is needed meanwhile.",
    safe_way: "add a column of the new type, write both, copy in batches, then switch the code and drop the old one",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN id TYPE bigint;",
        good: "ALTER TABLE email ADD COLUMN id_next bigint;\n\
               -- a trigger writes both, a backfill copies, the code switches; then\n\
               ALTER TABLE email DROP COLUMN id;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::SetColumnType { table, column, to, .. } = step else { continue };
        if seen.blocks_with(at, table, &[Work::Rewrite]) {
            let from = seen.table(table).and_then(|table| table.column(column));
            let from = from.map_or_else(String::new, |column| format!(" from {}", column.ty));
            found.step(
                at,
                format!("changing `{column}`{from} to {to} rewrites all of `{table}` while every read and write waits"),
            );
        }
    }
}
