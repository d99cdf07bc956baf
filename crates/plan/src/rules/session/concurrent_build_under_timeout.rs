use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Edit, Finding, Fix, Seen, Severity};
use crate::rules::limits;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "concurrent-build-under-timeout",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "an index is built CONCURRENTLY under a short timeout",
    why: "A concurrent build waits for every transaction that may still see the old state, even on other tables, and \
          these waits count as lock waits. A short lock_timeout or statement_timeout set for all statements alike \
          makes it fail even on an empty table, and leaves an invalid index behind.",
    safe_way: "SET lock_timeout = 0 and statement_timeout = 0 for it alone; it blocks nobody while it waits",
    example: Example {
        bad: "SET lock_timeout = '1s';\n\
              CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
        good: "SET lock_timeout = 0;\n\
               CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
        "https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT",
    ],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |_, _| "it stands in a transaction, or what to set back afterwards is not known".to_string(),
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let builds = match seen.steps() {
        [Step::CreateIndex { concurrently: true, .. }] | [Step::DropIndex { concurrently: true, .. }, ..] => true,
        [Step::DetachPartition { concurrently: true, .. }] => true,
        [Step::Inert { .. }] => seen.begins(&["REINDEX"]) && seen.says(&["CONCURRENTLY"]),
        _ => false,
    };
    if !builds {
        return;
    }
    for setting in short(seen) {
        let value = limits::value(seen, setting).unwrap_or_default();
        found
            .statement(format!("{setting} = {value} stops it while it waits for other transactions"))
            .label("an invalid index may stay behind");
    }
}

fn short(seen: &Seen<'_>) -> Vec<&'static str> {
    let short = |setting: &&str| limits::milliseconds(seen, setting).is_some_and(|limit| limit > 0 && limit < ENOUGH);
    ["lock_timeout", "statement_timeout"].into_iter().filter(|setting| short(setting)).collect()
}

/// A quarter of an hour.
const ENOUGH: u64 = 900_000;

/// No limit for this statement, and the old one after it.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let setting = short(seen).into_iter().find(|setting| finding.message.starts_with(setting))?;
    let value = limits::value(seen, setting)?;
    let value = seen.dialect.literal(&value);
    let span = &seen.statement.span;
    let (before, after) = (format!("SET {setting} = 0;\n"), format!(";\nSET {setting} = {value}"));
    if seen.at.in_transaction {
        return None;
    }
    // Above it stands what takes it out of the transaction, and that has to stay there.
    Some(Fix {
        what: format!("no {setting} for this statement"),
        edits: vec![
            Edit { span: span.start..span.start, text: format!("{before}-- transaction: none\n") },
            Edit { span: span.end..span.end, text: after },
        ],
        then: Vec::new(),
    })
}
