use whimbrel_schema::{Engine, ObjectId, ObjectKind, Pair, Schema};

use super::stood_in::is_column_stood_in;
use crate::Step;
use crate::evolution::is_second_column;
use crate::review::{About, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rename-column-breaks-queries",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "a column is renamed, and code that uses the old name fails",
    why: "Before the commit, every query with the new name fails; after it, every query with the old one. At no moment \
          do the code from before the deploy and the code from after it both work.",
    safe_way: "add the new column, write both, copy in batches, switch the code, then drop the old one",
    example: Example {
        bad: "ALTER TABLE email RENAME COLUMN subject TO title;",
        good: "ALTER TABLE email ADD COLUMN title text;\n\
               -- a trigger writes both, a backfill copies, the code switches; in a later deploy\n\
               ALTER TABLE email DROP COLUMN subject;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME",
        "https://www.sqlite.org/lang_altertable.html#altertabmvcol",
        "https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-redefine-column",
    ],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::RenameColumn { table, from, to } = step else { continue };
        let view = seen.before().object(&ObjectId::new(ObjectKind::View, table.clone())).is_some();
        // Nobody but its trigger knows a second column.
        if !seen.is_new(table) && !is_second_column(from) {
            let of = if view { "view" } else { "table" };
            let finding =
                found.step(at, format!("code that uses `{from}` of {of} `{table}` fails once it is called `{to}`"));
            finding.label("no moment at which old and new code both work");
            if is_second_column(to) {
                finding.about(table, std::slice::from_ref(from));
            } else if is_column_stood_in(seen, at, table, Pair::new(from.as_str(), to.as_str())) {
                finding.about(table, &[]);
            }
        }
    }
}

/// A column that makes room for its successor of the same name, in the same file; or one that a view goes on showing, where
/// no column is what the finding is about.
fn stands(schema: &Schema, about: &About) -> bool {
    schema.table(&about.table).is_none_or(|table| about.columns.iter().any(|name| table.column(name).is_none()))
}
