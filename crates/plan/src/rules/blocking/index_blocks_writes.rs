use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Edit, Finding, Fix, Seen, Severity, Touch};
use crate::rules::alone::Alone;
use crate::rules::partitioned;
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "index-blocks-writes",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "an index is built while every write to the table waits",
    why: "`CREATE INDEX` takes SHARE on the table until the transaction ends: reads go on, but every INSERT, UPDATE \
          and DELETE waits until the index is built and committed. Built CONCURRENTLY, it takes SHARE UPDATE \
          EXCLUSIVE, which keeps out only other schema changes and VACUUM.",
    safe_way: "build it CONCURRENTLY, in a revision of its own, outside a transaction",
    example: Example {
        bad: "CREATE INDEX ix_email_subject ON email (subject);",
        good: "CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY"],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |seen, finding| {
            because(seen, finding, || "its words are not certain to be those of CREATE INDEX".to_string())
        },
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateIndex { table, index, concurrently: false, .. } = step else { continue };
        if !seen.touches(at).any(Touch::blocks_for_long) {
            continue;
        }
        let name = &index.name;
        let finding =
            found.step(at, format!("creating index `{name}` blocks every write to `{table}` while it builds"));
        match seen.table(table) {
            Some(known) if known.options.partition_by.is_some() => {
                let why = partitioned::obstacle(seen, table, index);
                let why = why.map(|why| format!(". No fix is offered: {why}")).unwrap_or_default();
                finding.safe_way(format!("{IN_PARTS}{why}"));
            }
            Some(_) => {}
            None => {
                finding.safe_way(format!(
                    "{}. No fix is offered: `{table}` is not known from these files, and if it is partitioned, \
                     PostgreSQL builds nothing CONCURRENTLY on it{}",
                    RULE.safe_way,
                    seen.who_tells()
                ));
            }
        }
    }
}

const IN_PARTS: &str = "PostgreSQL builds no index of a partitioned table CONCURRENTLY: build it ON ONLY the parent, \
                        CONCURRENTLY on each partition, then ALTER INDEX … ATTACH PARTITION";

/// A partitioned table takes no concurrent build: its partitions do, one by one.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::CreateIndex { table, index, .. }) = seen.steps().get(finding.step?) else { return None };
    if seen.table(table)?.options.partition_by.is_some() {
        return partitioned::index_built_apart(seen, table, index);
    }
    let word = seen.word("INDEX")?;
    let name = seen.dialect.quote_name(&table.sibling(&index.name));
    let alone = Alone {
        what: "build it CONCURRENTLY, outside a transaction",
        edits: vec![Edit { span: word.end..word.end, text: " CONCURRENTLY".to_string() }],
        name: Some(&index.name),
        table: Some(table),
        constrains: index.unique,
        message: format!("build {}", index.name),
        undo: vec![format!("DROP INDEX CONCURRENTLY {name}")],
        then: Vec::new(),
    };
    Some(alone.fix(seen))
}
