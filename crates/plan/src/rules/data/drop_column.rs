use whimbrel_schema::{Engine, Generation};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-column",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "a column is dropped with every value in it",
    why: "The values are gone when the transaction commits, and code that still names the column fails from that \
          moment on, including an ORM that lists every column of its model. PostgreSQL silently drops the indexes and \
          constraints that name it; MySQL takes it out of its indexes; SQLite refuses while anything names it.",
    safe_way: "deploy code that no longer names it, then drop it in a later deploy, after a backup",
    example: Example {
        bad: "ALTER TABLE email DROP COLUMN subject;",
        good: "-- code can leave it out from now on; it goes in a later deploy\n\
               ALTER TABLE email ALTER COLUMN subject DROP NOT NULL;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN",
        "https://www.sqlite.org/lang_altertable.html#altertabdropcol",
        "https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-add-drop-column",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropColumn { table, column, .. } = step else { continue };
        if seen.is_new(table) || seen.passes_over(at) {
            continue;
        }
        let computed =
            seen.table(table).and_then(|table| table.column(column)).and_then(|column| column.generation.as_ref());
        if matches!(computed, Some(Generation::Virtual(_))) {
            let finding = found.step(at, format!("drops the computed column `{table}.{column}`"));
            finding.severity(Severity::Breaking).label("nothing stored is lost; code that names it fails");
        } else {
            let finding = found.step(at, format!("drops `{table}.{column}` with every value in it"));
            finding.label("values are lost; code that names it fails");
        }
    }
}
