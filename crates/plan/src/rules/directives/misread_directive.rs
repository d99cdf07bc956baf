use super::told_by_the_review;
use crate::review::Severity;
use crate::rules::{EVERY_ENGINE, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "misread-directive",
    severity: Severity::Care,
    on: true,
    engines: EVERY_ENGINE,
    scales: false,
    what: "a line that is meant for whimbrel says nothing that it knows",
    why: "A comment that begins with `whimbrel:` is an order. One that is misspelt, or stands where no statement follows, is \
          passed over by whatever runs the file, and whoever wrote it believes that it holds.",
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
