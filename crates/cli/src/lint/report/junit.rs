//! JUnit's XML: a file is a suite, a statement is a test, and what the exit status is 1 for is a failure.

use std::fmt::Write as _;

use whimbrel_plan::review::Finding;

use super::place::Lines;
use crate::lint::{File, Linted};

pub fn document(linted: &Linted) -> String {
    let suites: Vec<(usize, usize, String)> = linted.files.iter().map(|file| suite(file, linted)).collect();
    let tests: usize = suites.iter().map(|(tests, _, _)| tests).sum();
    let failures: usize = suites.iter().map(|(_, failures, _)| failures).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"whimbrel lint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    suites.iter().for_each(|(_, _, text)| out.push_str(text));
    out.push_str("</testsuites>\n");
    out
}

fn suite(file: &File, linted: &Linted) -> (usize, usize, String) {
    let lines = Lines::of(&file.reviewed.script.text);
    let mut cases = String::new();
    let (mut tests, mut failures) = (0, 0);
    let mut case = |name: &str, findings: &[&Finding]| {
        let (failing, telling): (Vec<_>, Vec<_>) =
            findings.iter().copied().partition(|finding| super::counts(finding, linted.fail_on));
        tests += 1;
        failures += usize::from(!failing.is_empty());
        let _ = write!(cases, "    <testcase classname=\"{}\" name=\"{}\"", escaped(&file.shown), escaped(name));
        if findings.is_empty() {
            cases.push_str("/>\n");
            return;
        }
        cases.push_str(">\n");
        if let [first, ..] = failing.as_slice() {
            let text: Vec<String> = failing.iter().map(|finding| titled(finding)).collect();
            let _ = writeln!(
                cases,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                escaped(first.rule),
                escaped(&first.message),
                escaped(&text.join("\n\n"))
            );
        }
        if !telling.is_empty() {
            let text: Vec<String> = telling.iter().map(|finding| titled(finding)).collect();
            let _ = writeln!(cases, "      <system-out>{}</system-out>", escaped(&text.join("\n\n")));
        }
        cases.push_str("    </testcase>\n");
    };
    for statement in &file.reviewed.statements {
        let sql = file.reviewed.script.text.get(statement.span.clone()).unwrap_or_default();
        let first = sql.lines().next().unwrap_or_default();
        let name = format!("line {}: {first}", lines.place(&statement.span).line);
        case(&name, &statement.findings.iter().collect::<Vec<_>>());
    }
    if !file.reviewed.findings.is_empty() {
        case("directives", &file.reviewed.findings.iter().collect::<Vec<_>>());
    }
    let text = format!(
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">\n{cases}  </testsuite>\n",
        escaped(&file.shown)
    );
    (tests, failures, text)
}

fn titled(finding: &Finding) -> String {
    format!("{}[{}]: {}", finding.severity, finding.rule, super::words(finding))
}

/// XML has no way to write most control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(' '),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
