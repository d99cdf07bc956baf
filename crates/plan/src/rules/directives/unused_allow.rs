use super::told_by_the_review;
use crate::review::Severity;
use crate::rules::{EVERY_ENGINE, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unused-allow",
    severity: Severity::Care,
    on: true,
    engines: EVERY_ENGINE,
    scales: false,
    what: "an `allow` accepts a finding that is not there",
    why: "The statement below it has changed, or never had the finding. Left in place, the `allow` would hide the \
          danger if it comes back.",
    safe_way: "remove it",
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
