use whimbrel_schema::Engine;

use crate::review::{Extent, Seen, Severity, Work};
use crate::rules::{Example, Found, Rule};
use crate::{DataChange, Step};

pub(super) static RULE: Rule = Rule {
    id: "delete-everything",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "a DELETE has no condition",
    why: "Without WHERE, every row of the table is deleted.",
    safe_way: "name the rows in WHERE, and delete them in batches",
    example: Example { bad: "DELETE FROM email;", good: "DELETE FROM email WHERE sent_at < '2020-01-01';" },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-delete.html",
        "https://www.sqlite.org/lang_delete.html",
        "https://dev.mysql.com/doc/refman/8.4/en/delete.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::ChangeData { change: DataChange::Delete, tables } = step else { continue };
        let [table] = tables.as_slice() else { continue };
        let all = seen.touches(at).any(|touch| touch.work.contains(&Work::ChangeRows(Extent::All)));
        if all && !seen.is_new(table) {
            found.step(at, format!("deletes every row of `{table}`")).label("every row is lost");
        }
    }
}
