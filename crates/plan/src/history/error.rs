use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::BadTarget;
use crate::revision::RevisionId;

/// Why a set of revisions is no history.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HistoryError {
    #[error("two files are revision `{revision}`: {} and {}", files[0].display(), files[1].display())]
    Duplicate { revision: RevisionId, files: [Arc<PathBuf>; 2] },
    #[error("revision `{revision}` builds on `{parent}`, and no file is that revision")]
    UnknownParent { revision: RevisionId, parent: RevisionId, file: Arc<PathBuf> },
    #[error("revisions build on each other in a circle: {}", circle(revisions))]
    Cycle { revisions: Vec<RevisionId>, files: Vec<Arc<PathBuf>> },
    #[error("two revisions begin the branch `{label}`: `{}` and `{}`", revisions[0], revisions[1])]
    DuplicateLabel { label: String, revisions: [RevisionId; 2], file: Arc<PathBuf> },
}

fn circle(revisions: &[RevisionId]) -> String {
    let first = revisions.first();
    revisions.iter().chain(first).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" → ")
}

impl HistoryError {
    /// The file to open first.
    pub fn file(&self) -> Option<&Arc<PathBuf>> {
        match self {
            HistoryError::Duplicate { files: [_, file], .. }
            | HistoryError::UnknownParent { file, .. }
            | HistoryError::DuplicateLabel { file, .. } => Some(file),
            HistoryError::Cycle { files, .. } => files.first(),
        }
    }

    /// What to do about it.
    pub fn next(&self) -> String {
        match self {
            HistoryError::Duplicate { .. } => {
                "delete one of them, or give the one that was applied nowhere another id".to_string()
            }
            HistoryError::UnknownParent { parent, .. } => {
                format!("bring back the file of `{parent}` (another branch may have it), or correct `parents:`")
            }
            HistoryError::Cycle { .. } => "correct `parents:` in one of them".to_string(),
            HistoryError::DuplicateLabel { label, .. } => format!("take `{label}` out of one of the headers"),
        }
    }
}

/// Why a target names no place in this history, or no way leads there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TargetError {
    #[error(transparent)]
    Malformed(#[from] BadTarget),
    #[error("no revision is called `{0}`, begins with it or bears it as a branch")]
    NotFound(String),
    #[error("`{text}` begins {} revisions: {}", candidates.len(), listed(candidates))]
    Ambiguous { text: String, candidates: Vec<RevisionId> },
    #[error("there are {} heads: {}", heads.len(), listed(heads))]
    SeveralHeads { heads: Vec<RevisionId> },
    #[error("branch `{label}` has {} heads: {}", heads.len(), listed(heads))]
    SeveralBranchHeads { label: String, heads: Vec<RevisionId> },
    #[error("no branch is called `{0}`")]
    NoBranch(String),
    #[error("`{revision}` is not on branch `{label}`")]
    NotOnBranch { revision: RevisionId, label: String },
    #[error("the database stands at {} revisions, so `{steps:+}` could start from any: {}", at.len(), listed(at))]
    SeveralStarts { steps: i32, at: Vec<RevisionId> },
    #[error("`{steps:+}` from {} does not say which way: {} go on from `{at}`", start(from), listed(ways))]
    SeveralWays { steps: i32, from: Option<RevisionId>, at: String, ways: Vec<RevisionId> },
    #[error("`{steps:+}` goes further than the history does: {} from {}", counted(*there), start(from))]
    TooFar { steps: i32, from: Option<RevisionId>, there: u32 },
    #[error("`{target}` leads down, and this goes up")]
    LeadsDown { target: String },
    #[error("`{target}` leads up, and this goes down")]
    LeadsUp { target: String },
    #[error("`{0}` is not applied, so nothing can be undone down to it")]
    NotApplied(RevisionId),
    #[error("`{target}` is several revisions, and one is needed")]
    NotOne { target: String },
}

impl TargetError {
    /// What to do about it, the best way first.
    pub fn next(&self) -> Vec<String> {
        let merge = |heads: &[RevisionId]| {
            format!("whimbrel merge {}", heads.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(" "))
        };
        let next = match self {
            TargetError::Malformed(_) => {
                "targets are `head`, `heads`, `base`, an id or its beginning, `+1`, `-1`, `id+2`, `branch@head`".into()
            }
            TargetError::Ambiguous { .. } => "write one more character of the one that is meant".into(),
            TargetError::SeveralHeads { heads } => {
                return vec![merge(heads), "say which: `heads` for all of them".into()];
            }
            TargetError::SeveralBranchHeads { heads, .. } => merge(heads),
            TargetError::SeveralStarts { .. } | TargetError::SeveralWays { .. } => {
                "name the revision, or put the branch before it: `branch@…`".into()
            }
            TargetError::NotFound(_)
            | TargetError::NoBranch(_)
            | TargetError::NotOnBranch { .. }
            | TargetError::TooFar { .. }
            | TargetError::NotOne { .. } => "whimbrel history".into(),
            TargetError::LeadsDown { target } => format!("whimbrel downgrade {target}"),
            TargetError::LeadsUp { target } => format!("whimbrel upgrade {target}"),
            TargetError::NotApplied(_) => "whimbrel current".into(),
        };
        vec![next]
    }
}

fn listed(ids: &[RevisionId]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn start(from: &Option<RevisionId>) -> String {
    match from {
        Some(id) => format!("`{id}`"),
        None => "base".to_string(),
    }
}

fn counted(there: u32) -> String {
    match there {
        0 => "nothing is there".to_string(),
        1 => "only 1 step is there".to_string(),
        more => format!("only {more} steps are there"),
    }
}
