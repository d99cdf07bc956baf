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
    why: "A `DO` block, a call of a procedure or text that the grammar refuses may lock, rewrite or drop whatever it \
          likes. Nobody can say from its text that it does not, so it is taken for the worst, and what is said about \
          the statements after it is said with that in mind. Of some that leave the schema unknown, such as CREATE \
          TABLE AS, it is known what they lock: those are advice.",
    safe_way: "write the statements out that it would run, or read it with care and allow it with a reason",
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
