//! Workflow commands, which GitHub shows on the lines of a pull request.

use std::fmt::Write as _;

use whimbrel_frontends::scripts;
use whimbrel_plan::review::Severity;

use super::place::Lines;
use crate::lint::{File, Linted};

pub fn commands(linted: &Linted) -> String {
    scripts::in_parallel(&linted.files, of_file).concat()
}

fn of_file(file: &File) -> String {
    let mut out = String::new();
    let lines = Lines::of(&file.reviewed.script.text);
    for finding in file.reviewed.findings() {
        let place = lines.place(&finding.span);
        let command = match finding.severity {
            Severity::Advice => "notice",
            Severity::Care => "warning",
            Severity::Breaking | Severity::DestroysData | Severity::Unknown => "error",
        };
        let title = property(&format!("{}[{}]", finding.severity, finding.rule));
        let _ = write!(out, "::{command} file={},line={}", property(&file.shown), place.line);
        let _ = write!(out, ",endLine={}", place.end_line);
        // GitHub takes columns only where the place is on one line.
        if place.line == place.end_line {
            let _ = write!(out, ",col={},endColumn={}", place.column, place.end_column);
        }
        let _ = writeln!(out, ",title={title}::{}", data(&super::words(finding)));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
