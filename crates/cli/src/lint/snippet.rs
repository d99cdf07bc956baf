//! A finding at its place in the file, as compilers show theirs.

use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic, Label, Severity as Level};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{self, Chars, Config, DisplayStyle, Styles, StylesWriter};
use whimbrel_plan::review::{Finding, Severity};

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
    let config = Config {
        display_style: DisplayStyle::Rich,
        chars: Chars { snippet_start: "┌".into(), ..Chars::box_drawing() },
        ..Config::default()
    };
    let mut buffer = Buffer::ansi();
    let styles = Styles::default();
    let file = SimpleFile::new(shown, source);
    let drawn = term::emit_to_write_style(&mut StylesWriter::new(&mut buffer, &styles), &config, &file, &diagnostic);
    let text = String::from_utf8_lossy(buffer.as_slice());
    match drawn {
        // The words for how bad it is are ours; the first one in the text is the drawing's.
        Ok(()) => {
            let text = text.replacen(&format!("{}[", drawn_as(level)), &format!("{}[", finding.severity), 1);
            text.trim_end().to_string() + "\n"
        }
        Err(_) => format!("{}[{}]: {}\n", finding.severity, finding.rule, finding.message),
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
