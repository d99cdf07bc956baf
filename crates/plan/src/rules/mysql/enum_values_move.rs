use whimbrel_schema::{Column, Engine};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "enum-values-move",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "values of an ENUM or SET change their numbers",
    why: "A row holds the number of its value. Values appended to the list leave the numbers as they are; inserting, \
          removing or reordering values shifts them, so the table is copied while writers wait, ORDER BY and \
          comparisons with numbers give other results, and a removed value makes the statement fail, or leaves '' \
          where sql_mode is not strict.",
    safe_way: "append new values at the end and keep unused ones, or use a table of values instead",
    example: Example {
        bad: "ALTER TABLE email MODIFY state enum('new','read','archived');",
        good: "ALTER TABLE email MODIFY state enum('new','archived','read');",
    },
    sources: &[
        "https://dev.mysql.com/doc/refman/8.4/en/enum.html",
        "https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::SetColumnType { table, column, to, .. } = step else { continue };
        let same = |other: &&Column| other.name.eq_ignore_ascii_case(column);
        let Some(old) = seen.table(table).and_then(|table| table.columns.iter().find(same)) else { continue };
        let listed = |name: &str| name == "enum" || name == "set";
        if seen.is_new(table)
            || !listed(&to.name)
            || !listed(&old.ty.name)
            || to.arguments.starts_with(&old.ty.arguments)
        {
            continue;
        }
        let gone: Vec<&str> =
            old.ty.arguments.iter().filter(|value| !to.arguments.contains(value)).map(String::as_str).collect();
        let message = match gone.is_empty() {
            true => format!("values of `{table}.{column}` that are there get other numbers"),
            false => format!("`{table}.{column}` no longer takes {}", gone.join(", ")),
        };
        found.step(at, message);
    }
}
