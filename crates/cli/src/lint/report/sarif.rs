//! SARIF 2.1.0, as code scanning services read it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use whimbrel_frontends::scripts::Layout;
use whimbrel_plan::review::{Finding, Fix, Severity};
use whimbrel_plan::rules::{self, Rule};
use whimbrel_schema::fingerprint_of;

use super::place::{Lines, Place};
use crate::lint::{File, Linted};

pub fn log(linted: &Linted) -> Value {
    let rules: Vec<&Rule> = rules::all().collect();
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.id, at)).collect();
    let results: Vec<Value> = linted.files.iter().flat_map(|file| results(file, &index)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "whimbrel",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "where whimbrel was run" } } },
            "results": results,
        }],
    })
}

const ROOT: &str = "SRCROOT";

/// How a fix takes a statement out of its transaction, before that is said in a tool's own words.
const LEAVES: &str = "-- transaction: none";

fn described(rule: &Rule) -> Value {
    let help = format!(
        "{}\n\nSafe way: {}\n\nFound:\n{}\n\nSafe:\n{}",
        rule.why, rule.safe_way, rule.example.bad, rule.example.good
    );
    let markdown = format!(
        "{}\n\n**Safe way**: {}\n\nFound:\n\n```sql\n{}\n```\n\nSafe:\n\n```sql\n{}\n```\n",
        rule.why, rule.safe_way, rule.example.bad, rule.example.good
    );
    let mut described = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.what },
        "fullDescription": { "text": rule.why },
        "help": { "text": help, "markdown": markdown },
        "defaultConfiguration": { "enabled": rule.on, "level": level(rule.severity) },
    });
    // The format knows no `null`: what is not there is left out.
    if let Some(source) = rule.sources.iter().find(|source| source.starts_with("http")) {
        described["helpUri"] = json!(source);
    }
    described
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Advice => "note",
        Severity::Care => "warning",
        Severity::Breaking | Severity::DestroysData | Severity::Unknown => "error",
    }
}

fn results(file: &File, index: &BTreeMap<&str, usize>) -> Vec<Value> {
    let text = &file.reviewed.script.text;
    let lines = Lines::of(text);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut results = Vec::new();
    for statement in &file.reviewed.statements {
        for finding in &statement.findings {
            results.push(result(file, &lines, finding, None, index, &mut seen));
        }
        for (finding, reason) in &statement.accepted {
            results.push(result(file, &lines, finding, Some(reason), index, &mut seen));
        }
    }
    for finding in &file.reviewed.findings {
        results.push(result(file, &lines, finding, None, index, &mut seen));
    }
    results
}

fn result(
    file: &File,
    lines: &Lines<'_>,
    finding: &Finding,
    accepted: Option<&str>,
    index: &BTreeMap<&str, usize>,
    seen: &mut BTreeMap<String, usize>,
) -> Value {
    let artifact = json!({ "uri": uri(&file.shown), "uriBaseId": ROOT });
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": super::words(finding) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": artifact,
            "region": region(lines.place(&finding.span)),
        } }],
        "partialFingerprints": { "whimbrel/v1": fingerprint(file, finding, seen) },
        "properties": { "severity": finding.severity.word(), "engine": file.engine.word() },
    });
    if let Some(at) = index.get(finding.rule) {
        result["ruleIndex"] = json!(at);
    }
    if let Some(reason) = accepted {
        result["suppressions"] = json!([{ "kind": "inSource", "justification": reason }]);
    }
    // A fix that needs further files, or has to be said in the words of another tool, is more than replacing text.
    let says_all = |fix: &&Fix| {
        let own = file.layout == Layout::Whimbrel;
        fix.then.is_empty() && !fix.edits.is_empty() && (own || !fix.edits.iter().any(|it| it.text.contains(LEAVES)))
    };
    if let Some(fix) = finding.fix.as_ref().filter(says_all) {
        let replacement = |edit: &whimbrel_plan::review::Edit| {
            json!({
                "deletedRegion": region(lines.place(&edit.span)),
                "insertedContent": { "text": edit.text },
            })
        };
        result["fixes"] = json!([{
            "description": { "text": fix.what },
            "artifactChanges": [{
                "artifactLocation": artifact,
                "replacements": fix.edits.iter().map(replacement).collect::<Vec<_>>(),
            }],
        }]);
    }
    result
}

fn region(place: Place) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "byteOffset": place.start,
        "byteLength": place.end - place.start,
    })
}

/// The same wherever in the file the statement stands; the second of two that are alike is told apart.
pub fn fingerprint(file: &File, finding: &Finding, seen: &mut BTreeMap<String, usize>) -> String {
    let sql = file.reviewed.script.text.get(finding.span.clone()).unwrap_or_default();
    let key = format!("{}\n{}\n{}\n{}\n{sql}", finding.rule, file.shown, file.engine, finding.message);
    let count = seen.entry(key.clone()).or_default();
    *count += 1;
    fingerprint_of(&format!("{key}\n{count}")).0
}

/// A relative path as part of a URI.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
