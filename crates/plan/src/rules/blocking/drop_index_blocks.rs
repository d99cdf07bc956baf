use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Edit, Finding, Fix, Seen, Severity, Touch};
use crate::rules::alone::Alone;
use crate::rules::rewrite::{because, not_known};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-index-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "an index is dropped while every read and write of its table waits",
    why: "`DROP INDEX` takes ACCESS EXCLUSIVE on the table. The work itself is short, but the lock has to wait for \
          every running query, and everything that comes after it queues behind it. CONCURRENTLY waits without \
          blocking anybody; it cannot run inside a transaction.",
    safe_way: "drop it CONCURRENTLY, outside a transaction",
    example: Example { bad: "DROP INDEX ix_email_subject;", good: "DROP INDEX CONCURRENTLY ix_email_subject;" },
    sources: &["https://www.postgresql.org/docs/current/sql-dropindex.html"],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropIndex { index, concurrently: false, .. } = step else { continue };
        if seen.touches(at).any(Touch::blocks_reads) {
            let of = seen.before().table_of_index(index);
            let table = of.map_or_else(|| "its table".to_string(), |table| format!("`{table}`"));
            found.step(at, format!("dropping index `{index}` blocks every read and write of {table}"));
        }
    }
}

/// One index at a time, none that others depend on, and no index of a partitioned table.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::DropIndex { index, cascade: false, .. }) = seen.steps().get(finding.step?) else { return None };
    let table = seen.before().table_of_index(index)?;
    if seen.steps().len() != 1 || seen.table(table)?.options.partition_by.is_some() {
        return None;
    }
    let unique = seen.table(table)?.indexes.iter().any(|it| it.unique && it.name == index.name);
    let word = seen.word("INDEX")?;
    let alone = Alone {
        what: "drop it CONCURRENTLY, outside a transaction",
        edits: vec![Edit { span: word.end..word.end, text: " CONCURRENTLY".to_string() }],
        name: Some(&index.name),
        table: Some(table),
        constrains: unique,
        message: format!("drop {}", index.name),
        undo: Vec::new(),
        then: Vec::new(),
    };
    Some(alone.fix(seen))
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    because(seen, finding, || {
        let [Step::DropIndex { index, cascade, .. }] = seen.steps() else { return String::new() };
        if *cascade {
            return "CONCURRENTLY takes no CASCADE".to_string();
        }
        match seen.before().table_of_index(index) {
            Some(table) => {
                format!("`{table}` is partitioned, and no index of such a table can be dropped CONCURRENTLY")
            }
            None => not_known(seen, index),
        }
    })
}
