//! A finding at its place in the file, as compilers show theirs.

use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic, Label, Severity as Level};
use whimbrel_plan::review::{Finding, Severity};

use crate::render::snippet;

/// `notes` stand below the place, each behind a `=`.
pub fn text(shown: &str, source: &str, finding: &Finding, notes: Vec<String>) -> String {
    let level = match finding.severity {
        Severity::Advice => Level::Help,
        Severity::Care => Level::Warning,
        Severity::Breaking | Severity::DestroysData | Severity::Unknown => Level::Error,
    };
    let diagnostic = Diagnostic::new(level)
        .with_code(finding.rule)
        .with_message(&finding.message)
        .with_label(Label::primary((), underlined(source, &finding.span)).with_message(&finding.label))
        .with_notes(notes);
    match snippet::draw(shown, source, &diagnostic) {
        // The words for how bad it is are ours; the first one in the text is the drawing's.
        Some(text) => text.replacen(&format!("{}[", drawn_as(level)), &format!("{}[", finding.severity), 1),
        None => format!("{}[{}]: {}\n", finding.severity, finding.rule, finding.message),
    }
}

fn drawn_as(level: Level) -> &'static str {
    match level {
        Level::Help => "help",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
        Level::Bug => "bug",
    }
}

/// The part of the place that is underlined: its first line, and of a long one its beginning.
fn underlined(source: &str, span: &Range<usize>) -> Range<usize> {
    let end = span.end.min(source.len());
    let start = span.start.min(end);
    let within = source.get(start..end).unwrap_or_default();
    let line = within.lines().next().unwrap_or_default().trim_end();
    if line.chars().count() <= WIDEST {
        return start..start + line.len();
    }
    let words: usize = line.split_inclusive(char::is_whitespace).take(FEW).map(str::len).sum();
    start..start + line.get(..words).unwrap_or(line).trim_end().len()
}

const WIDEST: usize = 70;
const FEW: usize = 2;
