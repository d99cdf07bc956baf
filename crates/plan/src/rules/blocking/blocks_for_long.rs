use whimbrel_schema::{Constraint, Engine};

use crate::review::{Seen, Severity, Touch};
use crate::rules::tells_of_locks;
use crate::rules::{Example, Found, Rule};
use crate::{Step, Understanding};

pub(super) static RULE: Rule = Rule {
    id: "blocks-for-long",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a statement keeps others out of a table for a time that grows with it",
    why: "The statement takes a lock that keeps writes, or reads and writes, out of the table, and holds it while it \
          reads or writes all of it. On a small table nobody notices; on a large one every request that needs the \
          table waits.",
    safe_way: "do it in steps that hold the lock only for a moment, or while nobody uses the table",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN kilobytes bigint GENERATED ALWAYS AS (size / 1000) VIRTUAL NOT NULL;",
        good: "ALTER TABLE email ADD COLUMN kilobytes bigint GENERATED ALWAYS AS (size / 1000) VIRTUAL;",
    },
    sources: &["https://www.postgresql.org/docs/current/explicit-locking.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let Understanding::Known { .. } = seen.understanding else { return };
    let mut last = None;
    for touch in seen.all_touches().filter(|touch| touch.blocks_for_long()) {
        let harmless = only_other_refreshes(seen, touch) || refers_from_new(seen, touch.step);
        if harmless || last == Some(touch.step) || found.is_told(touch.step, tells_of_locks) {
            continue;
        }
        last = Some(touch.step);
        let on = touch.relation().map_or_else(|| "the database".to_string(), |name| format!("`{name}`"));
        let what = if touch.blocks_reads() { "every read and write" } else { "every write" };
        found.step(touch.step, format!("blocks {what} of {on} for a time that grows with it"));
    }
}

/// Nobody writes to a materialized view but those who refresh it.
fn only_other_refreshes(seen: &Seen<'_>, touch: &Touch) -> bool {
    !touch.blocks_reads() && seen.begins(&["REFRESH"])
}

/// For the rows of a table that has none yet, nothing is looked up in the table that it refers to.
fn refers_from_new(seen: &Seen<'_>, step: usize) -> bool {
    match seen.steps().get(step) {
        Some(Step::AddConstraint { table, constraint, .. }) => {
            matches!(constraint.as_ref(), Constraint::ForeignKey(_)) && seen.is_new(table)
        }
        _ => false,
    }
}
