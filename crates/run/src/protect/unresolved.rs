use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_plan::review::{Reviewed, Severity};
use whimbrel_plan::revision::{Revision, RevisionId};
use whimbrel_schema::Engine;

/// A finding of a review, or a question, that stands in a pending revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unresolved {
    pub revision: RevisionId,
    /// `file:line`.
    pub place: String,
    /// `care[index-blocks-writes]`, or `question`.
    pub what: String,
    pub message: String,
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}: {}", self.place, self.what, self.message)
    }
}

impl Unresolved {
    /// What stands in a revision that was judged: its questions, and what is found from this severity on. `shown` is its
    /// file as messages name it.
    pub fn in_revision(
        revision: &Revision,
        engine: Engine,
        reviewed: &Reviewed,
        shown: &str,
        fail_on: Severity,
    ) -> Vec<Unresolved> {
        let found = |place: String, what: String, message: String| Unresolved {
            revision: revision.id.clone(),
            place,
            what,
            message,
        };
        let questions = revision.questions(engine).into_iter();
        let questions = questions.map(|it| found(shown.to_string(), "question".to_string(), it));
        let findings = reviewed.findings().into_iter().filter(|finding| finding.severity >= fail_on).map(|finding| {
            let before = reviewed.script.text.get(..finding.span.start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let what = format!("{}[{}]", finding.severity, finding.rule);
            found(format!("{shown}:{line}"), what, finding.message.clone())
        });
        questions.chain(findings).collect()
    }
}
