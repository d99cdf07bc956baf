use thiserror::Error;
use whimbrel_plan::revision::{Direction, RevisionId, StatementOrigin};

use crate::ledger::{AppliedRevision, EventDirection};
use crate::protect::Lack;

/// A gate that did not open. Nothing was changed.
#[derive(Debug, Clone, Error)]
pub enum Refusal {
    #[error("{} edited after being applied: {}", counted(revisions.len(), "revision was", "revisions were"), applied(revisions))]
    Edited { revisions: Vec<AppliedRevision> },
    #[error("{} applied here, and no file is that revision: {}", counted(revisions.len(), "revision is", "revisions are"), applied(revisions))]
    Missing { revisions: Vec<AppliedRevision> },
    #[error("the database is not what its history says: {}", differences.join("; "))]
    Drift { differences: Vec<String> },
    /// A gate of a protected database, with the options that a next command repeats.
    #[error("{}", .0.0)]
    Gate(Box<(Lack, String)>),
    #[error("revision `{revision}` may destroy data, and asks: {}", questions.join(" · "))]
    Questions { revision: RevisionId, questions: Vec<String>, file: String },
    /// What it takes away would be copied under a lock that keeps everybody out.
    #[error(
        "revision `{revision}` takes values away{}, and copying {rows} rows of `{table}` first would lock it for long",
        if *taken_along { format!(", from `{table}` too, which refers to what it deletes") } else { String::new() }
    )]
    LongCopy { revision: RevisionId, table: String, rows: u64, at_most: u64, taken_along: bool },
    /// What was kept is not what is to be given back.
    #[error("{what} was kept, and cannot be given back: {fault}")]
    KeptChanged { what: String, number: i64, fault: String },
    #[error("revision `{revision}` does not say how to undo it")]
    NoWayBack { revision: RevisionId, file: String },
    /// A downgrade was asked for while an upgrade stands half-way.
    #[error("the upgrade to `{revision}` stopped half-way, and cannot be undone from there: {reason}")]
    NoWayBackFromHere { revision: RevisionId, reason: String },
    #[error("{origin}: `{word}` takes the transaction out of whimbrel's hands")]
    OwnTransaction { origin: StatementOrigin, word: String },
    /// What was reviewed as batches must not run as one statement.
    #[error("{origin}: this does not run in batches, as `-- backfill` asks: {reason}")]
    Backfill { origin: StatementOrigin, reason: String, next: String },
    #[error(
        "{} `{revision}` stopped half-way ({at}, {who}), and this run leads elsewhere",
        match direction { EventDirection::Down => "the downgrade of", _ => "the upgrade to" }
    )]
    HalfWay { revision: RevisionId, direction: EventDirection, at: String, who: String },
    #[error("statement {ordinal} of revision `{revision}` was done, and then edited in the file")]
    EditedHalfWay { revision: RevisionId, ordinal: usize },
    #[error(
        "statement {ordinal} of revision `{revision}` was running when an earlier run stopped ({at}, {who}), and whether \
         it took effect cannot be seen: {reason}"
    )]
    Undecided { revision: RevisionId, ordinal: usize, sql: String, at: String, who: String, reason: String },
}

impl Refusal {
    /// What opens the gate, the best way first.
    pub fn next(&self, command: &str) -> Vec<String> {
        let one = |next: String| vec![next];
        match self {
            Refusal::Edited { revisions } => {
                let first = revisions.first().map_or("", |revision| revision.id.as_str());
                vec![
                    "bring the files back as they were, and write the change as a new revision".to_string(),
                    format!("whimbrel stamp {first}   (if the edit changed nothing that runs)"),
                ]
            }
            Refusal::Missing { .. } => {
                one(format!("get the files (another branch or a newer checkout has them), then: {command}"))
            }
            Refusal::Drift { .. } => vec![
                format!("write the difference as a revision, or undo it in the database, then: {command}"),
                format!("{command} --accept-drift \"reason\"   (goes on the ledger)"),
            ],
            Refusal::Gate(shut) => shut.0.next(command, &shut.1),
            Refusal::Questions { file, .. } => {
                one(format!("answer in {file}: correct the statements, delete the question's line, then: {command}"))
            }
            Refusal::LongCopy { rows, .. } => vec![
                format!("{command} --keep-nothing \"reason\"   (goes on the ledger; a backup has the values)"),
                format!("or, when it may be locked for a while: `rows = {rows}` under `[keep]` in whimbrel.toml"),
            ],
            Refusal::KeptChanged { number, .. } => vec![
                format!("bring `whimbrel_kept_{number}_packed` back as it was from a backup, then: {command}"),
                format!("{command} --leave-kept \"reason\"   (undoes the schema without it; goes on the ledger)"),
            ],
            Refusal::NoWayBack { file, .. } => {
                one(format!("write `-- downgrade` into {file}, or `-- nothing to do` below it if there is nothing"))
            }
            Refusal::NoWayBackFromHere { revision, .. } => vec![
                format!("whimbrel upgrade {revision}   (ends it)"),
                format!("{command}   (then undoes the whole of it)"),
            ],
            Refusal::OwnTransaction { .. } => {
                one("delete the line: every revision runs in a transaction of its own".to_string())
            }
            Refusal::Backfill { next, .. } => vec![format!("{next}, then: {command}")],
            Refusal::HalfWay { revision, direction, .. } => match direction {
                EventDirection::Down => one(format!("whimbrel downgrade {revision}-1")),
                EventDirection::Up | EventDirection::Stamp | EventDirection::Unstamp => vec![
                    format!("whimbrel upgrade {revision}"),
                    format!("whimbrel downgrade {revision}-1   (undoes what of it was done)"),
                ],
            },
            Refusal::EditedHalfWay { .. } => {
                one("bring the statement back as it was; what is left to do may be edited".to_string())
            }
            Refusal::Undecided { .. } => vec![
                format!("{command} --resume done   (if the database shows that it took effect)"),
                format!("{command} --resume again   (if it did not)"),
            ],
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

fn applied(revisions: &[AppliedRevision]) -> String {
    let told = revisions.iter().map(|revision| {
        let message = revision.message.as_deref().unwrap_or_default();
        format!("`{}` {message} (applied {} by {})", revision.id, revision.at, revision.who)
    });
    told.collect::<Vec<_>>().join(", ")
}

/// The direction as a command says it.
pub(super) fn same_way(event: EventDirection, direction: Direction) -> bool {
    match (event, direction) {
        (EventDirection::Up, Direction::Up) | (EventDirection::Down, Direction::Down) => true,
        (EventDirection::Up | EventDirection::Down | EventDirection::Stamp | EventDirection::Unstamp, _) => false,
    }
}
