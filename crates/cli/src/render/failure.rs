//! How a failure looks: the verdict, the place, the reasons, the next command.

use std::fmt::Write as _;

use codespan_reporting::diagnostic::{Diagnostic, Label, Severity as Level};
use owo_colors::OwoColorize;

use super::snippet;
use super::wrap::wrap;
use crate::failure::{Failure, Note, Report, Severity};

/// `width` is that of the terminal; where nobody watches, lines are as long as they are.
pub fn text(failure: &Failure, width: Option<usize>) -> String {
    let mut out = String::new();
    let next: Vec<Note> = failure.next.iter().enumerate().map(|(at, command)| next_note(at, command)).collect();
    for (at, report) in failure.reports.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let verdict = at + 1 == failure.reports.len();
        out.push_str(&report_with(report, if verdict { &next } else { &[] }, width));
    }
    if let Some(aftermath) = failure.exit.aftermath() {
        let _ = writeln!(out, "{aftermath} · exit {}", failure.exit.status());
    }
    out
}

pub fn report_text(report: &Report, width: Option<usize>) -> String {
    report_with(report, &[], width)
}

/// What can be typed as it stands is made to stand out; what is said about it in brackets is not.
fn next_note(at: usize, command: &str) -> Note {
    const TYPED: [&str; 7] = ["whimbrel ", "export ", "EDITOR=", "createdb ", "psql ", "pg_isready", "mkdir "];
    let label = if at == 0 { "next" } else { "or" }.to_string();
    let (typed, about) = match TYPED.iter().any(|start| command.starts_with(start)) {
        true => command.split_at(command.find("   (").unwrap_or(command.len())),
        false => ("", command),
    };
    let text = if typed.is_empty() { about.to_string() } else { format!("{}{about}", typed.bold()) };
    Note { label, text }
}

/// The report, and what to do next in the columns of its notes.
fn report_with(report: &Report, next: &[Note], width: Option<usize>) -> String {
    let snippet = with_snippet(report, width);
    if !snippet.is_empty() {
        return snippet + &notes(next.iter(), width);
    }
    let word = match report.severity {
        Severity::Error => "error".red().bold().to_string(),
        Severity::Warning => "warning".yellow().bold().to_string(),
        Severity::Note => "note".cyan().bold().to_string(),
    };
    format!("{word}[{}]: {}\n", report.code, report.message.bold()) + &notes(report.notes.iter().chain(next), width)
}

/// Labels in one column, texts in the next; a text of several lines stays in its column.
fn notes<'a>(notes: impl Iterator<Item = &'a Note> + Clone, width: Option<usize>) -> String {
    let column = notes.clone().map(|note| note.label.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for Note { label, text } in notes {
        let text = in_width(text.trim_end(), width, column + 4);
        let padding = format!("\n{:column$}", "", column = column + 4);
        let _ = writeln!(out, "  {label:<column$}  {}", text.replace('\n', &padding));
    }
    out
}

/// A command is left in one piece: two lines of it cannot be copied.
fn in_width(text: &str, width: Option<usize>, indent: usize) -> String {
    match width {
        Some(width) if !text.starts_with('\u{1b}') => wrap(text, width.saturating_sub(indent).max(NARROWEST)),
        Some(_) | None => text.to_string(),
    }
}

const NARROWEST: usize = 30;

fn with_snippet(report: &Report, width: Option<usize>) -> String {
    let Some(snippet) = &report.snippet else { return String::new() };
    let level = match report.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    };
    let end = snippet.source.len();
    let span = snippet.span.start.min(end)..snippet.span.end.clamp(snippet.span.start.min(end), end);
    let diagnostic = Diagnostic::new(level)
        .with_code(&report.code)
        .with_message(&report.message)
        .with_label(Label::primary((), span).with_message(&snippet.label))
        .with_notes(report.notes.iter().map(|note| snippet_note(note, width)).collect());
    snippet::draw(&snippet.file, &snippet.source, &diagnostic).unwrap_or_default()
}

/// Further lines are brought into the column of the first one's text by whoever draws the snippet.
fn snippet_note(note: &Note, width: Option<usize>) -> String {
    in_width(&format!("{}: {}", note.label, note.text), width, SNIPPET_MARGIN)
}

/// What stands before a note under a snippet: the line numbers' column, ` = `.
const SNIPPET_MARGIN: usize = 8;
