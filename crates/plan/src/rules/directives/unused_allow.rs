use super::told_by_the_review;
use crate::review::Severity;
use crate::rules::{EVERY_ENGINE, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unused-allow",
    severity: Severity::Care,
    on: true,
    engines: EVERY_ENGINE,
    scales: false,
    what: "an `allow` accepts what is not there",
    why: "The statement below it changed, or never did what was feared. Left in place, it would accept the danger unseen when \
          it comes back.",
    safe_way: "take it out",
    example: Example {
        bad: "-- whimbrel: allow drop-table, because nobody reads it\n\
              ALTER TABLE email ADD COLUMN size bigint;",
        good: "ALTER TABLE email ADD COLUMN size bigint;",
    },
    sources: &["docs/lint.md"],
    check: told_by_the_review,
    stands: None,
    fix: None,
};
