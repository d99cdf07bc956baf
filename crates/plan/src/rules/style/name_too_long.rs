use whimbrel_schema::Engine;

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::words::words as cut;

pub(super) static RULE: Rule = Rule {
    id: "name-too-long",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a name is longer than the server keeps",
    why: "Names are silently cut to 63 bytes. Two long names can become the same one, and looking up the full name in \
          the catalogue finds nothing.",
    safe_way: "choose a name of at most 63 bytes",
    example: Example {
        bad: "CREATE INDEX CONCURRENTLY ix_email_subject_and_sender_and_recipient_and_everything_else_there_is ON email (subject);",
        good: "CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    // Nothing shorter has a name that long in it.
    if seen.sql.len() <= LONGEST || seen.steps().is_empty() {
        return;
    }
    if let Some(word) = cut(seen.sql).iter().find(|word| word.is_identifier() && word.text.len() > LONGEST) {
        let start = seen.statement.span.start;
        let kept = word
            .text
            .char_indices()
            .map(|(at, c)| at + c.len_utf8())
            .take_while(|end| *end <= LONGEST)
            .last()
            .unwrap_or(0);
        let (name, kept, bytes) = (&word.text, &word.text[..kept], word.text.len());
        let finding = found.statement(format!("`{name}` has {bytes} bytes and becomes `{kept}`"));
        finding.label("cut to 63 bytes").here = None;
        finding.span = start + word.range.start..start + word.range.end;
    }
}

const LONGEST: usize = 63;
