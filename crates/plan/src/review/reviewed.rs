use std::ops::Range;
use std::sync::Arc;

use super::{Finding, Fix, Prediction, Script, Severity, Verdict};
use crate::Step;

/// What was found, file by file.
#[derive(Debug, Clone, Default)]
pub struct Review {
    pub files: Vec<Reviewed>,
}

#[derive(Debug, Clone)]
pub struct Reviewed {
    pub script: Arc<Script>,
    pub statements: Vec<Judged>,
    /// About the file rather than a statement of it: an `allow` that nothing needs.
    pub findings: Vec<Finding>,
}

/// One statement and what is to be said of it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Bytes within the file.
    pub span: Range<usize>,
    pub steps: Vec<Step>,
    pub prediction: Prediction,
    /// The worst of what was found, accepted or not: that somebody accepts a danger does not make it none.
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// Safe forms, by the place of their finding in `findings`.
    pub fixes: Vec<(usize, Fix)>,
    /// What a person accepted, and why.
    pub accepted: Vec<(Finding, String)>,
}

impl Review {
    /// Every finding that nobody accepted.
    pub fn findings(&self) -> impl Iterator<Item = (&Script, &Finding)> {
        self.files.iter().flat_map(|file| {
            let of_statements = file.statements.iter().flat_map(|statement| &statement.findings);
            of_statements.chain(&file.findings).map(|finding| (file.script.as_ref(), finding))
        })
    }

    pub fn worst(&self) -> Option<Severity> {
        self.findings().map(|(_, finding)| finding.severity).max()
    }
}
