use whimbrel_schema::ObjectName;

use super::Rule;
use crate::review::{About, Finding, Seen, Severity, words};

/// Where a rule leaves what it finds.
pub struct Found<'a> {
    pub(crate) rule: &'static Rule,
    pub(crate) severity: Severity,
    pub(crate) seen: Seen<'a>,
    pub(crate) findings: Vec<Finding>,
    /// What rules before this one had to say of the statement: the step, where it is about one.
    pub(crate) told: &'a [(&'static str, Option<usize>)],
}

impl<'a> Found<'a> {
    pub(crate) fn new(
        rule: &'static Rule,
        severity: Severity,
        seen: Seen<'a>,
        told: &'a [(&'static str, Option<usize>)],
    ) -> Self {
        Found { rule, severity, seen, findings: Vec::new(), told }
    }

    /// Whether a more specific rule spoke of the step, or of the statement as a whole: also one that is off or allowed,
    /// so that its matter does not come back under another name.
    pub fn is_told(&self, step: usize, by: impl Fn(&str) -> bool) -> bool {
        self.told.iter().any(|(rule, about)| about.is_none_or(|about| about == step) && by(rule))
    }

    /// A finding about one step of the statement. Locks, work and time are told by themselves.
    pub fn step(&mut self, step: usize, message: impl Into<String>) -> &mut Finding {
        let touches: Vec<_> = self.seen.touches(step).collect();
        let label = words::touches(&touches);
        let here = words::here(&touches, self.seen.facts(), self.seen.can_be_asked());
        let span = self.seen.place_of(step);
        self.push(Some(step), span, message.into(), label, here)
    }

    /// A finding about the statement as a whole.
    pub fn statement(&mut self, message: impl Into<String>) -> &mut Finding {
        let touches: Vec<_> = self.seen.all_touches().collect();
        let label = words::touches(&touches);
        let here = words::here(&touches, self.seen.facts(), self.seen.can_be_asked());
        let span = self.seen.statement.span.clone();
        self.push(None, span, message.into(), label, here)
    }

    fn push(
        &mut self,
        step: Option<usize>,
        span: std::ops::Range<usize>,
        message: String,
        label: String,
        here: Option<String>,
    ) -> &mut Finding {
        self.findings.push(Finding {
            rule: self.rule.id,
            severity: self.severity,
            span,
            step,
            message,
            label,
            here,
            safe_way: self.rule.safe_way.to_string(),
            about: None,
            fix: None,
        });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }
}

impl Finding {
    /// Another way than the rule's own words, for this case.
    pub fn safe_way(&mut self, text: impl Into<String>) -> &mut Self {
        self.safe_way = text.into();
        self
    }

    pub fn label(&mut self, text: impl Into<String>) -> &mut Self {
        self.label = text.into();
        self
    }

    /// Worse or better than the rule's findings usually are.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    pub fn about(&mut self, table: &ObjectName, columns: &[String]) -> &mut Self {
        self.about = Some(About { table: table.clone(), columns: columns.to_vec() });
        self
    }

    /// What was assumed because it is not known, and which fact would tell.
    pub fn assumed(&mut self, text: impl Into<String>) -> &mut Self {
        self.here = Some(text.into());
        self
    }
}
