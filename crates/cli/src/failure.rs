//! Why a command could not do what it was asked: a value, drawn by [`render::failure`](crate::render::failure).

use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

/// What the process ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Fine,
    /// Findings or differences.
    Differences,
    /// The command or the configuration is wrong.
    Usage,
    /// A gate refused.
    Refused,
    /// Failed, and nothing was changed.
    Failed,
    /// Failed part-way; the message says the one command that resumes.
    PartWay,
}

impl Exit {
    pub fn status(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Differences => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Failed => 4,
            Exit::PartWay => 5,
        }
    }

    /// The last line of a failure: what became of the database.
    pub fn aftermath(self) -> Option<&'static str> {
        match self {
            Exit::Fine | Exit::Differences | Exit::Usage => None,
            Exit::Refused | Exit::Failed => Some("nothing was changed"),
            Exit::PartWay => Some("stopped part-way"),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Failure {
    pub exit: Exit,
    /// Never empty; the last one is the verdict.
    pub reports: Vec<Report>,
    /// Commands to type next, the best one first.
    pub next: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

/// One thing that is wrong, where it is, and what helps.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub severity: Severity,
    pub code: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
    /// A word and what belongs to it: `help`, `because`, `detail`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Note {
    pub label: String,
    pub text: String,
}

/// A place in a file, with the text of the file.
#[derive(Debug, Clone)]
pub struct Snippet {
    pub file: String,
    pub source: Arc<str>,
    /// In bytes.
    pub span: Range<usize>,
    /// What stands under the place; may be empty.
    pub label: String,
}

impl Failure {
    pub fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Failure { exit, reports: vec![Report::error(code, message)], next: Vec::new() }
    }

    /// The command line or the configuration is wrong.
    pub fn usage(code: &str, message: impl Into<String>) -> Self {
        Failure::new(Exit::Usage, code, message)
    }

    /// Several reports and no verdict beyond them.
    pub fn of(exit: Exit, reports: Vec<Report>) -> Self {
        Failure { exit, reports, next: Vec::new() }
    }

    /// Whether the verdict has this code.
    pub fn is(&self, code: &str) -> bool {
        self.reports.last().is_some_and(|report| report.code == code)
    }

    /// Puts what led here before the verdict.
    pub fn after(mut self, reports: Vec<Report>) -> Self {
        self.reports.splice(0..0, reports);
        self
    }

    pub fn next(mut self, command: impl Into<String>) -> Self {
        self.next.push(command.into());
        self
    }

    /// Adds a note to the verdict.
    pub fn note(mut self, label: &str, text: impl Into<String>) -> Self {
        if let Some(report) = self.reports.pop() {
            self.reports.push(report.note(label, text));
        }
        self
    }

    /// Shows a place with the verdict.
    pub fn at(mut self, snippet: Snippet) -> Self {
        if let Some(report) = self.reports.last_mut() {
            report.snippet = Some(snippet);
        }
        self
    }
}

impl Report {
    pub fn error(code: &str, message: impl Into<String>) -> Self {
        Report { severity: Severity::Error, code: code.into(), message: message.into(), snippet: None, notes: vec![] }
    }

    pub fn note(mut self, label: &str, text: impl Into<String>) -> Self {
        self.notes.push(Note { label: label.into(), text: text.into() });
        self
    }
}

impl Snippet {
    /// The line, one-based, and the column, one-based in characters.
    pub fn position(&self) -> (usize, usize) {
        let before = self.source.get(..self.span.start).unwrap_or(&self.source);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// A place as machines want it: the text itself stays out.
impl Serialize for Snippet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Place<'a> {
            file: &'a str,
            line: usize,
            column: usize,
            #[serde(skip_serializing_if = "str::is_empty")]
            label: &'a str,
        }
        let (line, column) = self.position();
        Place { file: &self.file, line, column, label: &self.label }.serialize(serializer)
    }
}

pub type Outcome = Result<Exit, Failure>;
