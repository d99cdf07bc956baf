use super::{EVERY_ENGINE, Example, Found, Rule};
use crate::Understanding;
use crate::review::{Prediction, Seen, Severity, Touched};

pub(super) static RULE: Rule = Rule {
    id: "unknown-statement",
    severity: Severity::Unknown,
    on: true,
    engines: EVERY_ENGINE,
    scales: false,
    what: "a statement that Whimbrel cannot read, or that can do anything",
    why: "A `DO` block, a procedure call, or text that the grammar rejects may lock, rewrite or drop anything. Its \
          text cannot rule that out, so the worst is assumed, for this statement and for what it may have changed \
          before the next ones. For some statements that leave the schema unknown, such as CREATE TABLE AS, the locks \
          are known: those are advice.",
    safe_way: "write out the statements that it would run, or read it with care and allow it with a reason",
    example: Example {
        bad: "DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'email'; END $$;",
        good: "ALTER TABLE email ADD COLUMN archived_at timestamptz;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-do.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if let Understanding::Unknown { reason, at, .. } = seen.understanding {
        let start = seen.statement.span.start + at;
        // The engine's room could say all the same what it touches; what is to be told of that is other rules' matter.
        let unnamed = seen.prediction.touches.iter().any(|touch| touch.on == Touched::Unnamed);
        if !unnamed && seen.prediction.touches != Prediction::worst().touches {
            let finding = found.statement(format!("how the schema stands after this statement is unknown: {reason}"));
            finding.severity(Severity::Advice);
            finding.safe_way("nothing here; what comes after it is judged as if less were known");
            return;
        }
        let finding = found.statement(format!("what this statement does is unknown: {reason}"));
        finding.label("taken for the worst");
        // From where it is no longer understood, to the end of that line.
        let rest = seen.sql.get(*at..).unwrap_or_default();
        let end = rest.find('\n').unwrap_or(rest.len());
        if *at > 0 && end > 0 {
            finding.span = start..start + end;
        }
    }
}
