use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Edit, Finding, Fix, Seen, Severity, Touch};
use crate::rules::alone::Alone;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "reindex-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "indexes are rebuilt while writes, and reads that could use them, wait",
    why: "`REINDEX` keeps writes out of the table and takes ACCESS EXCLUSIVE on the index. Planning a query opens \
          every index of its tables, so reads wait as well. CONCURRENTLY builds the new index beside the old one.",
    safe_way: "REINDEX … CONCURRENTLY, outside a transaction",
    example: Example { bad: "REINDEX TABLE email;", good: "REINDEX TABLE CONCURRENTLY email;" },
    sources: &["https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY"],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal: |_, _| "PostgreSQL has no concurrent form of it".to_string() }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if !is_reindex(seen) || seen.says(&["CONCURRENTLY"]) {
        return;
    }
    if seen.all_touches().any(Touch::blocks_for_long) {
        found.step(0, "rebuilding indexes blocks writes, and reads that plan with them, until it is done");
    }
}

fn is_reindex(seen: &Seen<'_>) -> bool {
    matches!(seen.steps(), [Step::Inert { .. }]) && seen.begins(&["REINDEX"])
}

fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    let kinds = ["INDEX", "TABLE", "SCHEMA", "DATABASE"];
    let kind = kinds.iter().find_map(|kind| seen.word(kind))?;
    let alone = Alone {
        what: "rebuild CONCURRENTLY, outside a transaction",
        edits: vec![Edit { span: kind.end..kind.end, text: " CONCURRENTLY".to_string() }],
        name: None,
        table: None,
        constrains: false,
        message: "rebuild indexes".to_string(),
        undo: Vec::new(),
        then: Vec::new(),
    };
    Some(alone.fix(seen))
}
