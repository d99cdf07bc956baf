use whimbrel_schema::Engine;

use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "instant-default-is-one-value",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a default that should differ from row to row gives every existing row the same value",
    why: "MariaDB adds a column instantly by storing its default once for all existing rows. `DEFAULT (rand())` is \
          computed that one time, and a million rows share the number; if the table is copied instead, each row gets \
          its own. New rows do too.",
    safe_way: "add the column without a default, fill it in batches, then set the default; or say ALGORITHM=COPY on a small table",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN lot double DEFAULT (rand());",
        good: "ALTER TABLE email ADD COLUMN lot double;",
    },
    sources: &["https://mariadb.com/kb/en/instant-add-column-for-innodb/"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::OneValue { table, column, default } = danger
            && !seen.is_new(table)
        {
            found.step(at, format!("every row of `{table}` gets the same `{column}`: `{default}` is computed once"));
        }
    }
}
