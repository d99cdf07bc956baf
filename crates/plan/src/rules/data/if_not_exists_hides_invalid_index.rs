use whimbrel_schema::{Engine, ObjectName};

use crate::Step;
use crate::review::{Edit, Finding, Fix, Seen, Severity};
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "if-not-exists-hides-invalid-index",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "IF NOT EXISTS takes a half-built index for a finished one",
    why: "A CREATE INDEX CONCURRENTLY that fails, or is stopped by a timeout, leaves an invalid index of that name: no \
          query uses it, and every write still maintains it. Run again with IF NOT EXISTS, the statement finds the \
          name and reports success, and the index stays useless.",
    safe_way: "drop it CONCURRENTLY with IF EXISTS first, then build it without IF NOT EXISTS",
    example: Example {
        bad: "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_email_subject ON email (subject);",
        good: "DROP INDEX CONCURRENTLY IF EXISTS ix_email_subject;\n\
               CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY"],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |seen, finding| {
            because(seen, finding, || "an index of that name is known to be there, and valid".to_string())
        },
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateIndex { table, index, concurrently: true, if_not_exists: true } = step else { continue };
        if seen.is_new(table) || cleared(seen, &table.sibling(index.name.clone())) {
            continue;
        }
        let name = &index.name;
        found.step(
            at,
            format!(
                "if an earlier build of `{name}` failed, IF NOT EXISTS keeps the invalid index and says it is done"
            ),
        );
    }
}

fn cleared(seen: &Seen<'_>, wanted: &ObjectName) -> bool {
    seen.file
        .iter()
        .flat_map(|passed| passed.steps)
        .any(|step| matches!(step, Step::DropIndex { index, .. } if index == wanted))
}

/// Drops what an earlier try left behind, and nothing that is known to be whole.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::CreateIndex { table, index, .. }) = seen.steps().get(finding.step?) else { return None };
    let words = seen.place_of_words(&["IF", "NOT", "EXISTS"])?;
    if seen.table(table)?.index(&index.name).is_some_and(|known| known.valid) {
        return None;
    }
    let start = seen.statement.span.start;
    let name = seen.dialect.quote_name(&table.sibling(index.name.clone()));
    let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {name};\n-- transaction: none\n");
    let end = words.end + seen.script.text.get(words.end..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let mut edits: Vec<Edit> = seen.outside_transactions().into_iter().collect();
    edits.push(Edit { span: start..start, text: drop });
    edits.push(Edit { span: words.start..end, text: String::new() });
    Some(Fix { what: "drop what an earlier try left, then build".to_string(), edits, then: Vec::new() })
}
