use super::told_by_the_review;
use crate::review::Severity;
use crate::rules::{EVERY_ENGINE, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "misread-directive",
    severity: Severity::Care,
    on: true,
    engines: EVERY_ENGINE,
    scales: false,
    what: "a line meant for whimbrel says nothing that it knows",
    why: "A comment that begins with `whimbrel:` is an instruction. If it is misspelt, or no statement follows it, it \
          has no effect, and whoever wrote it believes that it has.",
    safe_way: "write `-- whimbrel: allow RULE, because REASON` above the statement that needs it",
    example: Example {
        bad: "-- whimbrel: alow drop-column, because nobody reads it\n\
              ALTER TABLE email DROP COLUMN size;",
        good: "-- whimbrel: allow drop-column, because nobody reads it\n\
               ALTER TABLE email DROP COLUMN size;",
    },
    sources: &["docs/lint.md"],
    check: told_by_the_review,
    stands: None,
    fix: None,
};
