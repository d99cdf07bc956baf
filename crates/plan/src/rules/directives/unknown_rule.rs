use super::told_by_the_review;
use crate::review::Severity;
use crate::rules::{EVERY_ENGINE, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unknown-rule",
    severity: Severity::Care,
    on: true,
    engines: EVERY_ENGINE,
    scales: false,
    what: "an `allow` names a rule that does not exist",
    why: "It accepts nothing: the finding that it was written for is still reported.",
    safe_way: "name the rule as the finding does; `whimbrel explain` lists them all",
    example: Example {
        bad: "-- whimbrel: allow drop-columns, because nobody reads it\n\
              ALTER TABLE email DROP COLUMN size;",
        good: "-- whimbrel: allow drop-column, because nobody reads it\n\
               ALTER TABLE email DROP COLUMN size;",
    },
    sources: &["docs/lint.md"],
    check: told_by_the_review,
    stands: None,
    fix: None,
};
