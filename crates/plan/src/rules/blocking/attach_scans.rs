use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Finding, Fix, Seen, Severity};
use crate::rules::rewrite::{because, not_known};
use crate::rules::{Example, Found, Rewrite, Rule, later};

pub(super) static RULE: Rule = Rule {
    id: "attach-scans",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a partition is attached, and its rows are read while it is locked",
    why: "ATTACH PARTITION has to know that every row belongs there. Unless a validated CHECK says the same as the \
          bound, it reads the whole table under ACCESS EXCLUSIVE. A default partition is read too, for rows that \
          belong in the new one, and any index that the parent has and the partition lacks is built.",
    safe_way: "add a CHECK that says what the bound says, NOT VALID, validate it, build the indexes CONCURRENTLY, then \
               attach and drop the CHECK",
    example: Example {
        bad: "ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
        good: "ALTER TABLE event_2026 ADD CONSTRAINT event_2026_bound CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01') NOT VALID;\n\
               -- in a later transaction\n\
               ALTER TABLE event_2026 VALIDATE CONSTRAINT event_2026_bound;\n\
               -- in a later transaction\n\
               ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION",
        "https://www.postgresql.org/docs/current/ddl-partitioning.html",
    ],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::AttachPartition { parent, partition, .. } = step else { continue };
        let long = seen.touches(at).find(|touch| touch.blocks_for_long());
        if let Some(on) = long.map(|touch| touch.relation().unwrap_or(partition)) {
            found.step(
                at,
                format!(
                    "attaching `{partition}` to `{parent}` reads all of `{on}` while every read and write of it waits"
                ),
            );
        }
    }
}

/// An index that is missing has to be built first, under a name that nobody can choose for others.
fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    let [Step::AttachPartition { parent, partition, bound }] = seen.steps() else { return None };
    later::proved_partition(seen, parent, partition, bound)
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    because(seen, finding, || {
        let [Step::AttachPartition { partition, .. }] = seen.steps() else { return String::new() };
        if seen.table(partition).is_none() {
            return not_known(seen, partition);
        }
        "its bound is none that a CHECK can be certain to repeat".to_string()
    })
}
