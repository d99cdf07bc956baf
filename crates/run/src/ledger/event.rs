use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use whimbrel_plan::revision::{Checksum, Direction, RevisionId};
use whimbrel_schema::Fingerprint;

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEvent {
    pub seq: i64,
    pub revision: RevisionId,
    pub direction: EventDirection,
    pub outcome: Outcome,
    pub checksum: Option<Checksum>,
    pub message: Option<String>,
    /// Only where it was looked at: before the first and after the last revision of a run.
    pub fingerprint_before: Option<Fingerprint>,
    pub fingerprint_after: Option<Fingerprint>,
    /// UTC, as `2026-11-22T09:41:00.123Z`.
    pub started_at: String,
    pub finished_at: Option<String>,
    pub duration_ms: Option<i64>,
    pub who: String,
    pub pid: Option<i64>,
    pub version: String,
    pub deploy: Option<String>,
    /// Why a gate was passed by, where one was.
    pub note: Option<String>,
    /// The event that began what this one ends.
    pub begun: Option<i64>,
}

/// What an event does to the set of applied revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventDirection {
    Up,
    Down,
    /// Called applied without running it.
    Stamp,
    /// Called not applied without undoing it.
    Unstamp,
}

impl EventDirection {
    pub fn word(self) -> &'static str {
        match self {
            EventDirection::Up => "up",
            EventDirection::Down => "down",
            EventDirection::Stamp => "stamp",
            EventDirection::Unstamp => "unstamp",
        }
    }

    /// Whether the revision is applied afterwards.
    pub fn applies(self) -> bool {
        match self {
            EventDirection::Up | EventDirection::Stamp => true,
            EventDirection::Down | EventDirection::Unstamp => false,
        }
    }
}

impl From<Direction> for EventDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Up => EventDirection::Up,
            Direction::Down => EventDirection::Down,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not one transaction: its statements are on the ledger one by one, and another event ends it.
    Started,
    Done,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Started => "started",
            Outcome::Done => "done",
        }
    }
}

/// What became of one statement: a row of `whimbrel_ledger_statement`, or one of those in the column `statements`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRow {
    /// From one, within the revision.
    pub ordinal: i64,
    pub hash: String,
    pub outcome: StatementOutcome,
    /// Only of what ran outside a transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementOutcome {
    /// It was about to run; nobody has said since what became of it.
    Intent,
    Done,
    /// The engine refused it.
    Failed,
}

impl StatementOutcome {
    pub fn word(self) -> &'static str {
        match self {
            StatementOutcome::Intent => "intent",
            StatementOutcome::Done => "done",
            StatementOutcome::Failed => "failed",
        }
    }
}

/// A word on the ledger that this whimbrel does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord(pub String);

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no word of the ledger", self.0)
    }
}

impl FromStr for EventDirection {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let all = [EventDirection::Up, EventDirection::Down, EventDirection::Stamp, EventDirection::Unstamp];
        all.into_iter().find(|it| it.word() == word).ok_or_else(|| UnknownWord(word.to_string()))
    }
}

impl FromStr for Outcome {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let all = [Outcome::Started, Outcome::Done];
        all.into_iter().find(|it| it.word() == word).ok_or_else(|| UnknownWord(word.to_string()))
    }
}

impl FromStr for StatementOutcome {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let all = [StatementOutcome::Intent, StatementOutcome::Done, StatementOutcome::Failed];
        all.into_iter().find(|it| it.word() == word).ok_or_else(|| UnknownWord(word.to_string()))
    }
}

/// A revision that is applied, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedRevision {
    pub id: RevisionId,
    pub checksum: Option<Checksum>,
    pub message: Option<String>,
    pub at: String,
    pub who: String,
    pub deploy: Option<String>,
    /// Called applied without having been run here.
    pub stamped: bool,
}
