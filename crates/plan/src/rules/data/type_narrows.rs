use whimbrel_schema::Engine;

use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "type-narrows",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres, Engine::Mysql],
    scales: false,
    what: "a column's new type cannot hold every value of the old one",
    why: "The change fails on the first value that does not fit, having held its lock until then; or values are \
          silently cut or rounded.",
    safe_way: "add a column of the new type, look for values that do not fit, copy in batches, then switch over",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN size TYPE smallint;",
        good: "ALTER TABLE email ADD CONSTRAINT email_size_small CHECK (size < 32768) NOT VALID;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DATA-TYPE",
        "https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-redefine-column",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::Narrows { table, column, from, to } = danger
            && !seen.is_new(table)
        {
            found.step(at, format!("`{table}.{column}` becomes {to}, and not every value of {from} fits"));
        }
    }
}
