use whimbrel_schema::{Engine, Persistence};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "table-not-strict",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "a table accepts values of any type in any column",
    why: "SQLite converts what it can to the declared type and stores the rest as it is: text stays text in an INTEGER \
          column, and whoever reads it later fails. A STRICT table refuses such a row.",
    safe_way: "end the statement with STRICT (SQLite 3.37 and later), with types out of INTEGER, REAL, TEXT, BLOB and \
               ANY",
    example: Example {
        bad: "CREATE TABLE email (id integer PRIMARY KEY, size integer);",
        good: "CREATE TABLE email (id integer PRIMARY KEY, size integer) STRICT;",
    },
    sources: &["https://www.sqlite.org/stricttables.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateTable { table, .. } = step else { continue };
        let ordinary = table.options.virtual_using.is_none() && table.options.persistence == Persistence::Permanent;
        if ordinary && !table.options.strict {
            found.step(at, format!("`{}` takes values of any type in any column", table.name));
        }
    }
}
