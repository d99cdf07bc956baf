use super::told_by_the_review;
use crate::review::Severity;
use crate::rules::{EVERY_ENGINE, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "allow-without-reason",
    severity: Severity::Care,
    on: true,
    engines: EVERY_ENGINE,
    scales: false,
    what: "an `allow` gives no reason",
    why: "Whoever reads the file later has to know why this is not dangerous here. Without a reason nothing is \
          accepted.",
    safe_way: "say why: `-- whimbrel: allow RULE, because REASON`",
    example: Example {
        bad: "-- whimbrel: allow drop-column\n\
              ALTER TABLE email DROP COLUMN size;",
        good: "-- whimbrel: allow drop-column, because nobody reads it\n\
               ALTER TABLE email DROP COLUMN size;",
    },
    sources: &["docs/lint.md"],
    check: told_by_the_review,
    stands: None,
    fix: None,
};
