use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "partition-locks-parent",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a partition is created inside its parent, whose reads and writes wait",
    why: "`CREATE TABLE … PARTITION OF` takes ACCESS EXCLUSIVE on the parent, and reads the default partition if there \
          is one. A table that is created on its own and then attached takes only SHARE UPDATE EXCLUSIVE on the \
          parent.",
    safe_way: "CREATE TABLE … (LIKE parent), then ATTACH PARTITION",
    example: Example {
        bad: "CREATE TABLE event_2027 PARTITION OF event FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
        good: "CREATE TABLE event_2027 (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\n\
               ALTER TABLE event ATTACH PARTITION event_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateTable { table, .. } = step else { continue };
        let Some(of) = &table.options.partition_of else { continue };
        if seen.touches(at).any(|touch| touch.is_on(&of.parent) && touch.blocks_reads()) {
            let (name, parent) = (&table.name, &of.parent);
            found.step(at, format!("making `{name}` a partition at once blocks every read and write of `{parent}`"));
        }
    }
}
