use std::ops::Range;
use std::sync::Arc;

use super::{Finding, Fix, Prediction, Script, Severity, Verdict};

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
    pub prediction: Arc<Prediction>,
    /// The worst of what was found, accepted or not: that somebody accepts a danger does not make it none.
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// What a person accepted, and why.
    pub accepted: Vec<(Finding, String)>,
}

impl Reviewed {
    /// Every finding of the file that nobody accepted, in the order of the places.
    pub fn findings(&self) -> Vec<&Finding> {
        let of_statements = self.statements.iter().flat_map(|statement| &statement.findings);
        let mut all: Vec<_> = of_statements.chain(&self.findings).collect();
        all.sort_by_key(|finding| finding.span.start);
        all
    }
}

impl Judged {
    /// The findings with a safe form, each with it.
    pub fn fixable(&self) -> impl Iterator<Item = (&Finding, &Fix)> {
        self.findings.iter().filter_map(|finding| Some((finding, finding.fix.as_ref()?)))
    }
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
