//! What `--json` prints: one document, with `command`, `exit` and either `result` or `error`. Keys are added, never
//! renamed or taken away.

use serde::Serialize;

use crate::failure::{Failure, Report};

#[derive(Debug, Serialize)]
pub struct Result<'a, T: Serialize> {
    pub command: &'a str,
    pub exit: u8,
    pub result: &'a T,
}

#[derive(Debug, Serialize)]
pub struct Refusal<'a> {
    command: &'a str,
    exit: u8,
    error: Error<'a>,
}

#[derive(Debug, Serialize)]
struct Error<'a> {
    code: &'a str,
    message: &'a str,
    /// All that is wrong; the last one is the verdict.
    reports: &'a [Report],
    /// Commands to type next, the best one first.
    next: &'a [String],
}

impl<'a> Refusal<'a> {
    pub fn of(command: &'a str, failure: &'a Failure) -> Self {
        let (code, message) = match failure.reports.last() {
            Some(report) => (report.code.as_str(), report.message.as_str()),
            None => ("", ""),
        };
        let error = Error { code, message, reports: &failure.reports, next: &failure.next };
        Refusal { command, exit: failure.exit.status(), error }
    }
}
