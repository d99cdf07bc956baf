//! GitLab's Code Quality report.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use whimbrel_plan::review::Severity;

use super::place::Lines;
use super::sarif::fingerprint;
use crate::lint::Linted;

pub fn issues(linted: &Linted) -> Value {
    let mut issues = Vec::new();
    for file in &linted.files {
        let lines = Lines::of(&file.reviewed.script.text);
        let mut seen = BTreeMap::new();
        for finding in file.reviewed.findings() {
            let place = lines.place(&finding.span);
            issues.push(json!({
                "description": super::words(finding),
                "check_name": finding.rule,
                "fingerprint": fingerprint(file, finding, &mut seen).trim_start_matches("w1:"),
                "severity": severity(finding.severity),
                "location": { "path": file.shown, "lines": { "begin": place.line, "end": place.end_line } },
            }));
        }
    }
    Value::Array(issues)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Advice => "info",
        Severity::Care => "minor",
        Severity::Breaking => "major",
        Severity::DestroysData => "blocker",
        Severity::Unknown => "critical",
    }
}
