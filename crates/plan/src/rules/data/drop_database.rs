use whimbrel_schema::Engine;

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-database",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a whole database is dropped",
    why: "All its schemas, tables and rows are gone at once; the statement cannot be rolled back.",
    safe_way: "rename the database and revoke CONNECT right away; drop it by hand once nobody has missed it",
    example: Example { bad: "DROP DATABASE shop;", good: "ALTER DATABASE shop RENAME TO shop_unused;" },
    sources: &["https://www.postgresql.org/docs/current/sql-dropdatabase.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if seen.begins(&["DROP", "DATABASE"]) || seen.begins(&["DROP", "TABLESPACE"]) {
        found.statement("drops a whole database or the place where its tables lie").label("everything in it is lost");
    }
}
