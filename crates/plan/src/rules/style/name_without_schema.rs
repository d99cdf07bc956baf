use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "name-without-schema",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a table is named without its schema",
    why: "What an unqualified name means depends on the search_path of whoever runs the script.",
    safe_way: "put the schema before the name",
    example: Example {
        bad: "CREATE TABLE email (id bigint PRIMARY KEY);",
        good: "CREATE TABLE public.email (id bigint PRIMARY KEY);",
    },
    sources: &["https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let name = if let Step::CreateTable { table, .. } = step {
            &table.name
        } else if let Step::AddColumn { table, .. }
        | Step::DropColumn { table, .. }
        | Step::DropTable { table, .. }
        | Step::AddConstraint { table, .. }
        | Step::CreateIndex { table, .. } = step
        {
            table
        } else {
            continue;
        };
        // A name in the default schema is the same value with and without it.
        let written = crate::words::words(seen.sql).windows(2).any(
            |pair| matches!(pair, [first, dot] if first.names("public", seen.dialect.engine()) && dot.is_symbol(".")),
        );
        if name.namespace.is_none() && !written {
            found.step(at, format!("what `{name}` means depends on the search_path")).here = None;
            return;
        }
    }
}
