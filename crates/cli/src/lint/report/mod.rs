//! What was found, for programs: one format a file. A person's is [`screen`](super::screen).

pub mod document;
mod github;
mod gitlab;
mod junit;
mod place;
mod sarif;

use clap::ValueEnum;
use whimbrel_plan::review::{Finding, Severity};
use whimbrel_plan::rules;

use super::Linted;
use crate::printer::{Detail, Screen as _};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
}

/// The whole result in the format; `None` for JSON, which is the document that every command prints.
pub fn text(format: Format, linted: &Linted, detail: Detail) -> Option<String> {
    match format {
        Format::Json => None,
        Format::Text => Some(linted.text(detail)),
        Format::Sarif => Some(pretty(&sarif::log(linted))),
        Format::Github => Some(github::commands(linted)),
        Format::Gitlab => Some(pretty(&gitlab::issues(linted))),
        Format::Junit => Some(junit::document(linted)),
    }
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// The finding without a place, for formats that show none: verdict first, then what is known, then the safe way.
fn words(finding: &Finding) -> String {
    let mut lines = vec![finding.message.clone()];
    lines.extend(Some(&finding.label).filter(|label| !label.is_empty()).cloned());
    lines.extend(finding.here.as_ref().map(|here| format!("here: {here}")));
    lines.push(format!("safe way: {}", finding.safe_way));
    if rules::find(finding.rule).is_some() {
        lines.push(format!("more: whimbrel explain {}", finding.rule));
    }
    lines.join("\n")
}

/// Whether the exit status is 1 because of it.
fn counts(finding: &Finding, fail_on: Severity) -> bool {
    finding.severity >= fail_on
}
