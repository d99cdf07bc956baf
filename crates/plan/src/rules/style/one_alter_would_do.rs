use whimbrel_schema::{Engine, ObjectName};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "one-alter-would-do",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Postgres],
    scales: false,
    what: "two ALTER TABLE statements on one table follow each other",
    why: "Each waits for its lock again, and if both rewrite or read the whole table, the work is done twice. One \
          ALTER TABLE with both clauses does it once.",
    safe_way: "put the clauses into one ALTER TABLE",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN a text;\n\
              ALTER TABLE email ADD COLUMN b text;",
        good: "ALTER TABLE email ADD COLUMN a text, ADD COLUMN b text;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let Some(before) = seen.file.last() else { return };
    let (Some(here), Some(there)) = (altered(seen.steps()), altered(before.steps)) else { return };
    if here == there && !seen.is_new(here) && seen.at.in_transaction {
        found.statement(format!("the statement before it alters `{here}` too")).here = None;
    }
}

/// The table that all steps of an ALTER TABLE are about.
fn altered(steps: &[Step]) -> Option<&ObjectName> {
    steps.iter().all(|step| one(step).is_some()).then(|| steps.first().and_then(one)).flatten()
}

fn one(step: &Step) -> Option<&ObjectName> {
    let (Step::AddColumn { table, .. }
    | Step::SetColumnType { table, .. }
    | Step::SetDefault { table, .. }
    | Step::SetNullable { table, .. }) = step
    else {
        return None;
    };
    Some(table)
}
