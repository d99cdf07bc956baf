use whimbrel_schema::{Engine, Persistence, Schema};

use crate::Step;
use crate::review::{About, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "table-without-primary-key",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a table has no primary key",
    why: "Without a key, rows cannot be told apart: batches have no order to follow, logical replication refuses \
          UPDATE and DELETE, and a duplicate cannot be removed by itself.",
    safe_way: "give it a primary key",
    example: Example {
        bad: "CREATE TABLE email (subject text);",
        good: "CREATE TABLE email (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject text);",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-PRIMARY-KEYS",
        "https://www.postgresql.org/docs/current/logical-replication-publication.html",
    ],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateTable { table, .. } = step else { continue };
        let inherits = table.options.partition_of.is_some() || !table.options.inherits.is_empty();
        let temporary = table.options.persistence == Persistence::Temporary;
        if table.primary_key.is_none() && !inherits && !temporary && !table.columns.is_empty() {
            let name = &table.name;
            let finding = found.step(at, format!("`{name}` has no primary key"));
            finding.about(name, &[]).label("no row can be told from another").here = None;
        }
    }
}

/// A later statement of the file may bring the key.
fn stands(schema: &Schema, about: &About) -> bool {
    schema.table(&about.table).is_some_and(|table| table.primary_key.is_none())
}
