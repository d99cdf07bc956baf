use std::fmt;

use serde::Serialize;
use whimbrel_plan::revision::{Phase, RevisionId};

use super::Place;

/// A revision that was held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub revision: RevisionId,
    pub message: String,
    pub phase: Phase,
    /// It takes nothing away itself and only comes after something that does: code on its way may need it.
    pub needed: bool,
    /// Never empty.
    pub reasons: Vec<WaitsFor>,
}

/// What has to come about first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// What it ends was begun by this very deploy, `under` another label but with the same commit.
    NextDeploy { begun: RevisionId, under: Option<String> },
    /// It begins with what old code may not live with, and the code that runs is from before it.
    CodeFromBefore { deploy: String },
    /// Nobody says which deploy this is, so it may be the one that began it.
    DeployUnknown,
    /// Old and new have not stood side by side long enough.
    Soak { hours_left: u64, minutes_left: u64 },
    /// Rows may not be filled.
    Backfill { revision: RevisionId, why: String },
    /// Rows that the backfill would change again by its own condition: the first few of them.
    RowsLeft { revision: RevisionId, table: String, rows: Vec<String>, more: bool },
    /// Old columns and new ones say different things of these rows, the first few of them.
    OutOfStep { table: String, columns: Vec<String>, rows: Vec<String>, more: bool },
    /// Whether every row is filled and in step cannot be seen.
    RowsUnseen { table: String, why: String },
    /// The running code cannot be looked at.
    CodeUnknown { why: String },
    /// The code of the deploy that runs now names it, or that of the one on its way (`deploy` is `None`).
    Code { deploy: Option<String>, places: Vec<Place> },
    /// What it takes away cannot be seen.
    Unread { sql: String },
    /// It asks, and nobody has answered.
    Answer { questions: Vec<String>, file: String },
    /// Something before it waits, and it cannot be shown that the two may change places.
    Before { revision: RevisionId, why: String },
}

impl fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitsFor::NextDeploy { begun, under: None } => {
                write!(f, "for the next deploy (`{begun}` is applied by this one, and older code still runs)")
            }
            WaitsFor::NextDeploy { begun, under: Some(label) } => {
                write!(
                    f,
                    "for a deploy of another commit ({label} applied `{begun}`, and is of the same commit as this one)"
                )
            }
            WaitsFor::CodeFromBefore { deploy } => {
                write!(f, "for the next deploy: the code of {deploy}, which runs, is from before it")
            }
            WaitsFor::DeployUnknown => f.write_str("nobody says which deploy this is"),
            WaitsFor::Soak { hours_left, minutes_left } => {
                write!(f, "old and new have to stand side by side for another {hours_left} h {minutes_left} min")
            }
            WaitsFor::Backfill { revision, why } => write!(f, "the backfill `{revision}` is not proved: {why}"),
            WaitsFor::RowsLeft { revision, table, rows, more } => {
                write!(f, "the backfill `{revision}` has rows left in `{table}`: {}", few(rows, *more))
            }
            WaitsFor::OutOfStep { table, columns, rows, more } => {
                let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
                write!(f, "{} of `{table}` are not in step: {}", columns.join(" and "), few(rows, *more))
            }
            WaitsFor::RowsUnseen { table, why } => {
                write!(f, "whether every row of `{table}` is filled and in step cannot be seen: {why}")
            }
            WaitsFor::CodeUnknown { why } => write!(f, "the code that runs now cannot be looked at: {why}"),
            WaitsFor::Code { deploy, places } => {
                let mut objects: Vec<String> = places.iter().map(|place| format!("`{}`", place.object)).collect();
                objects.dedup();
                match deploy {
                    Some(deploy) => write!(f, "the running deploy {deploy} still names {}", objects.join(", ")),
                    None => write!(f, "the code here still names {}", objects.join(", ")),
                }
            }
            WaitsFor::Unread { sql } => write!(f, "what it takes away cannot be seen: `{sql}` is not understood"),
            WaitsFor::Answer { questions, file: _ } => write!(f, "for an answer: {}", questions.join(" · ")),
            WaitsFor::Before { revision, why } => write!(f, "it comes after `{revision}`, and has to: {why}"),
        }
    }
}

/// `id = 3; id = 7; and more`.
fn few(rows: &[String], more: bool) -> String {
    let more = more.then(|| "and more".to_string());
    rows.iter().cloned().chain(more).collect::<Vec<_>>().join("; ")
}
