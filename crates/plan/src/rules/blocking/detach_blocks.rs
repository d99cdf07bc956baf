use whimbrel_schema::{Check, Constraint, Engine, Expression, ObjectName, Table};

use crate::Step;
use crate::review::{Edit, Finding, Fix, Followup, Seen, Severity};
use crate::rules::alone::Alone;
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule, later, limits};

pub(super) static RULE: Rule = Rule {
    id: "detach-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a partition is detached while every read and write of the parent waits",
    why: "DETACH PARTITION takes ACCESS EXCLUSIVE on the parent, so it waits for every query on any partition, and \
          everyone else queues behind it. CONCURRENTLY, from PostgreSQL 14 on, takes SHARE UPDATE EXCLUSIVE on the \
          parent; it cannot run inside a transaction, nor if there is a default partition.",
    safe_way: "detach it CONCURRENTLY, outside a transaction",
    example: Example {
        bad: "ALTER TABLE event DETACH PARTITION event_2020;",
        good: "ALTER TABLE event DETACH PARTITION event_2020 CONCURRENTLY;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION"],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DetachPartition { parent, partition, concurrently: false } = step else { continue };
        if seen.touches(at).any(|touch| touch.is_on(parent) && touch.blocks_reads()) {
            found.step(
                at,
                format!("detaching `{partition}` blocks every read and write of `{parent}` and its partitions"),
            );
        }
    }
}

fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::DetachPartition { parent, partition, .. }) = seen.steps().get(finding.step?) else { return None };
    let old = seen.facts().version.as_ref().is_some_and(|version| version.major < 14);
    let of_parent = |table: &&Table| table.options.partition_of.as_ref().is_some_and(|of| of.parent == *parent);
    let default =
        seen.before().tables.values().filter(of_parent).any(|table| {
            table.options.partition_of.as_ref().is_some_and(|of| of.bound.eq_ignore_ascii_case("default"))
        });
    if old || default || seen.steps().len() != 1 || seen.table(parent).is_none() {
        return None;
    }
    let check = left_behind(seen, parent, partition)?;
    let (on, check) = (seen.dialect.quote_name(partition), seen.dialect.quote(&check));
    let accepted = "-- whimbrel: allow drop-constraint, because detaching left it behind";
    let drop = format!("{accepted}\nALTER TABLE {on} DROP CONSTRAINT IF EXISTS {check}");
    let end = seen.statement.span.end;
    let alone = Alone {
        what: "detach it CONCURRENTLY, outside a transaction",
        edits: vec![Edit { span: end..end, text: " CONCURRENTLY".to_string() }],
        name: Some(&partition.name),
        table: Some(parent),
        constrains: true,
        message: format!("detach {partition}"),
        undo: Vec::new(),
        then: vec![Followup {
            message: format!("drop the check that detaching leaves on `{partition}`"),
            statements: limits::within(seen, vec![drop]),
            no_transaction: false,
            undo: Vec::new(),
        }],
    };
    Some(alone.fix(seen))
}

/// Detached concurrently, a table keeps its bound as a check; this is the name that it gets. `None` where the key is not
/// made of plain columns.
fn left_behind(seen: &Seen<'_>, parent: &ObjectName, partition: &ObjectName) -> Option<String> {
    let key = seen.table(parent)?.options.partition_by.as_deref()?;
    let columns = key.split_once('(')?.1.strip_suffix(')')?;
    let known = seen.table(partition)?;
    let tests: Option<Vec<String>> = columns
        .split(',')
        .map(|column| {
            let column = known.column(column.trim().trim_matches('"'))?;
            Some(format!("{} IS NOT NULL", seen.dialect.quote(&column.name)))
        })
        .collect();
    let check = Check::new(None, Expression::new(tests?.join(" AND ")));
    later::name_of(seen, partition, &Constraint::Check(check))
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    because(seen, finding, || {
        let old = seen.facts().version.as_ref().is_some_and(|version| version.major < 14);
        match old {
            true => "CONCURRENTLY came with PostgreSQL 14".to_string(),
            false => "there is a default partition, which rules CONCURRENTLY out, or the check that it leaves on the \
                      partition cannot be told"
                .to_string(),
        }
    })
}
