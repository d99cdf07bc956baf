use whimbrel_schema::Engine;

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::{DataChange, Step};

pub(super) static RULE: Rule = Rule {
    id: "truncate",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres, Engine::Mysql],
    scales: false,
    what: "a table is emptied",
    why: "TRUNCATE discards all rows at once, fires no ON DELETE trigger, and nobody reads or writes the table \
          meanwhile. On PostgreSQL, CASCADE also empties every table that refers to it; on MySQL it commits any open \
          transaction and cannot be rolled back.",
    safe_way: "delete the rows that have to go, in batches, with a condition",
    example: Example {
        bad: "TRUNCATE email;",
        good: "-- again and again, until it finds none\n\
               DELETE FROM email WHERE id IN (SELECT id FROM email WHERE sent_at < '2020-01-01' LIMIT 5000);",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-truncate.html",
        "https://dev.mysql.com/doc/refman/8.4/en/truncate-table.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::ChangeData { change: DataChange::Truncate, tables } = step else { continue };
        let old: Vec<String> =
            tables.iter().filter(|table| !seen.is_new(table)).map(|table| format!("`{table}`")).collect();
        if old.is_empty() {
            continue;
        }
        let others = if seen.says(&["CASCADE"]) { ", and every table that refers to it" } else { "" };
        found.step(at, format!("empties {}{others}", old.join(", "))).label("every row is lost");
    }
}
