//! What was held back, and for what, in words.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use owo_colors::OwoColorize;
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::apply::{Place, Report, Waiting, WaitsFor};

use crate::failure::Exit;
use crate::render::table::Columns;

/// That contracts wait is how it should be, and a pipeline goes on. What was asked for by name, what only stands behind a
/// contract and may be needed by the code on its way, and what only a person can answer, is refused.
pub fn exit(report: &Report, target: &Target, history: &History) -> Exit {
    let named = match target {
        Target::Head | Target::Heads => BTreeSet::new(),
        other => history.resolve(other, &report.applied).unwrap_or_default().into_iter().map(|it| &it.id).collect(),
    };
    let asks = |waiting: &Waiting| matches!(waiting.reasons.as_slice(), [WaitsFor::Answer { .. }]);
    let refused = |waiting: &Waiting| waiting.needed || named.contains(&waiting.revision) || asks(waiting);
    if report.waiting.iter().any(refused) { Exit::Refused } else { Exit::Fine }
}

/// A paragraph for each, and what to type.
pub fn text(waiting: &[Waiting], history: &History, command: &str) -> String {
    let mut out = String::new();
    for waiting in waiting {
        let id = history.short(&waiting.revision).yellow().to_string();
        for (number, reason) in waiting.reasons.iter().enumerate() {
            let what = if number == 0 { format!("{id} ({}) waits: ", waiting.phase) } else { "and: ".to_string() };
            let _ = writeln!(out, "{what}{}", words(reason, history));
            if let WaitsFor::Code { deploy, places } = reason {
                out.push_str(&listed(places, deploy.as_deref()));
            }
        }
    }
    let Some(first) = waiting.first().and_then(|first| first.reasons.first()) else { return out };
    let _ = writeln!(out, "{} {}", next(first), command.bold());
    out
}

/// One line.
pub fn words(reason: &WaitsFor, history: &History) -> String {
    let short = |id: &RevisionId| history.short(id).to_string();
    match reason {
        WaitsFor::NextDeploy { begun, .. } => reason.to_string().replace(begun.as_str(), &short(begun)),
        WaitsFor::Backfill { revision, why } => format!("the backfill `{}` is not proved: {why}", short(revision)),
        WaitsFor::RowsLeft { revision, .. } => reason.to_string().replace(revision.as_str(), &short(revision)),
        WaitsFor::Before { revision, why } => format!("it comes after `{}`, and has to: {why}", short(revision)),
        WaitsFor::DeployUnknown
        | WaitsFor::CodeFromBefore { .. }
        | WaitsFor::Soak { .. }
        | WaitsFor::OutOfStep { .. }
        | WaitsFor::RowsUnseen { .. }
        | WaitsFor::CodeUnknown { .. }
        | WaitsFor::Code { .. }
        | WaitsFor::Answer { .. }
        | WaitsFor::Unread { .. } => reason.to_string(),
    }
}

/// What has to be so before the command is typed again.
fn next(reason: &WaitsFor) -> &'static str {
    match reason {
        WaitsFor::NextDeploy { .. } | WaitsFor::CodeFromBefore { .. } => "with the next deploy:",
        WaitsFor::DeployUnknown => "with --deploy and a label of its own:",
        WaitsFor::Soak { .. } => "after that:",
        WaitsFor::Backfill { .. } => "once every row is filled, with --contract-now and the reason:",
        WaitsFor::RowsLeft { .. } => "once its UPDATE has run again:",
        WaitsFor::OutOfStep { .. } => "once they say the same (`whimbrel repair` proposes how):",
        WaitsFor::RowsUnseen { .. } => "with more time (--statement-timeout), or with --contract-now and the reason:",
        WaitsFor::CodeUnknown { .. } => "where the code can be looked at, or with --contract-now and the reason:",
        WaitsFor::Code { deploy: Some(_), .. } => "after a deploy without them:",
        WaitsFor::Code { deploy: None, .. } => "without them:",
        WaitsFor::Unread { .. } => "if nothing needs it, with --contract-now and the reason:",
        WaitsFor::Answer { .. } => "once the statements are right and the question's line is deleted:",
        WaitsFor::Before { .. } => "after that:",
    }
}

const MOST_PLACES: usize = 8;

fn listed(places: &[Place], deploy: Option<&str>) -> String {
    let mut columns = Columns::default();
    let blocking: Vec<&Place> = places.iter().filter(|place| place.blocks).collect();
    for place in blocking.iter().take(MOST_PLACES) {
        columns.row([format!("{}:{}", place.file, place.line), place.text.dimmed().to_string()]);
    }
    let mut out = columns.text("    ");
    let more = places.len() - blocking.len().min(MOST_PLACES);
    if let (Some(first), true) = (places.first(), more > 0) {
        let of = deploy.map(|_| " --commit COMMIT").unwrap_or_default();
        let _ = writeln!(out, "    {more} more that it names, or may: whimbrel refs {}{of}", first.object);
    }
    out
}
