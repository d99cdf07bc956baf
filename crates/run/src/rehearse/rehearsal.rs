//! What a rehearsal found, as a value: everything that screens, pages and gates say of it is in here.

use serde::{Deserialize, Serialize};
use whimbrel_plan::review::{Blocks, Prediction};
use whimbrel_plan::revision::{Checksum, Part, Phase, RevisionId};
use whimbrel_schema::{Engine, Fingerprint, ObjectName, Version as ServerVersion};

use super::gauge::Reading;
use super::keeping::Keeping;
use super::query::Version;
use super::tried::Plan;

/// Of the value as JSON. What is added later may be missing; what is there keeps its name and meaning.
pub const FORMAT: u32 = 1;

/// Times are in microseconds since [`began_at`](Rehearsal::began_at) or, where they are called `took`, lengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rehearsal {
    pub format: u32,
    /// Of whimbrel.
    pub whimbrel: String,
    pub engine: Engine,
    /// Of the server on which the copy is.
    pub server: ServerVersion,
    pub copy: Copied,
    pub began_at: String,
    pub took_us: u64,
    /// The revisions and what they say, as one hash.
    pub plan: String,
    /// What was applied in the copy before.
    pub applied: Vec<RevisionId>,
    /// Of the copy before.
    pub schema: Fingerprint,
    /// How the copy differed from its history, and why that was accepted; `None` where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_drift: Option<String>,
    pub revisions: Vec<Rehearsed>,
    /// The first revision that failed; what comes after it was not rehearsed.
    pub stopped: Option<Stopped>,
    pub tables: Vec<TableCompared>,
    pub destroyed: Vec<Destroyed>,
    pub undone: Trial,
    pub killed: Trial,
    /// From the same number the same statement is killed at the same moment.
    pub seed: u64,
    pub queries: Vec<Asked>,
    pub findings: Vec<Finding>,
    /// What could not be seen, in words.
    pub unknown: Vec<String>,
}

/// What the revisions were run on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    pub how: How,
    /// In words, without a password.
    pub place: String,
    pub took_us: u64,
    /// The backup that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// SQLite's own copy of the file.
    File,
    /// What one snapshot of the server held, in a new database.
    Snapshot,
    /// A backup, restored and compared.
    Restored,
    /// A database that somebody else made.
    Existing,
    /// The tables, and no rows.
    SchemaOnly,
    /// There was nothing to run.
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rehearsed {
    pub id: RevisionId,
    pub message: String,
    pub checksum: Checksum,
    pub phase: Option<Phase>,
    pub part: Option<Part>,
    pub began_us: u64,
    pub took_us: u64,
    pub statements: Vec<Measured>,
    /// What the engine remarked.
    pub notices: Vec<String>,
}

/// One statement, as it was foretold and as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// One-based.
    pub number: usize,
    pub of: usize,
    pub sql: String,
    pub file: String,
    pub line: u32,
    pub within: Shares,
    pub began_us: u64,
    pub took_us: u64,
    /// When the transaction that it is in was over, and with it every lock.
    pub over_us: u64,
    /// What measuring it took, with its locks held: it is in `over_us`, and not in `took_us`.
    pub measuring_us: u64,
    pub rows: u64,
    /// `None` where the engine lets nobody see it.
    pub reading: Option<Reading>,
    pub understood: bool,
    pub prediction: Prediction,
    /// What was measured and not foretold, in words.
    pub under: Vec<String>,
    /// Queries that had to wait meanwhile.
    pub waited: Vec<Wait>,
    /// What was copied aside before it, because it destroys it: under a lock that the statement finds held already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keeping: Vec<Keeping>,
}

/// The transaction of a statement, as [`Within`](crate::apply::Within).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shares {
    Transaction,
    None,
    Batches,
}

/// A query that was kept waiting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Among [`queries`](Rehearsal::queries).
    pub query: usize,
    pub began_us: u64,
    /// Beyond what the query takes when nobody is in its way.
    pub waited_us: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    pub revision: RevisionId,
    /// One-based, where it was a statement that failed.
    pub statement: Option<usize>,
    /// In the engine's own words.
    pub why: String,
}

/// A table before and after, over the columns that both have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCompared {
    pub table: ObjectName,
    pub columns: Vec<String>,
    pub outcome: Preserved,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preserved {
    /// Every value is there, unchanged.
    Same {
        rows: u64,
    },
    /// Rows or values are others. `by` is the statement that changes rows of the table; without one nothing explains it.
    Changed {
        from: u64,
        to: u64,
        by: Option<String>,
    },
    /// The table is not there any more under its name.
    Gone {
        rows: u64,
    },
    New {
        rows: u64,
    },
    Unknown {
        why: String,
    },
}

/// Values that a revision took away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    pub revision: RevisionId,
    pub what: String,
    pub rows: Option<u64>,
    /// Whether they are kept, so that a downgrade gives them back.
    pub kept: bool,
    /// Why they are not.
    pub why: Option<String>,
}

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trial {
    Passed { took_us: u64, told: String },
    Failed { why: Vec<String> },
    NotDone { why: String },
}

/// A query, and how it fared in each state: before the first revision, and after each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub name: String,
    pub version: Version,
    pub sql: String,
    pub answers: Vec<Answer>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The revision after which it was asked; `None` before the first.
    pub after: Option<RevisionId>,
    pub took_us: u64,
    pub came: Came,
    /// Why its plan is worse than in the state before the first revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worse: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// `rows` where it was run, and not only planned.
    Worked { rows: Option<u64>, plan: Plan },
    /// In the engine's own words.
    Failed { message: String, code: Option<String> },
}

impl Came {
    pub fn worked(&self) -> bool {
        matches!(self, Came::Worked { .. })
    }
}

/// What somebody should know before saying yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    pub message: String,
    pub revision: Option<RevisionId>,
    /// One-based.
    pub statement: Option<usize>,
    /// Among [`queries`](Rehearsal::queries).
    pub query: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Somebody has to look at it.
    Care,
    /// It must not be run so.
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    RevisionFails,
    QueryBreaks,
    /// It fails before the first revision too, so that nothing is learned from it.
    QueryUntold,
    QueryWaits,
    PlanWorse,
    RowsChanged,
    ValuesDestroyed,
    /// Keeping what a statement destroys keeps others waiting more, or for longer, than the statement was to.
    KeepingLocks,
    DriftAccepted,
    NotUndone,
    NotResumed,
    /// Whimbrel predicted less than was measured: a fault of whimbrel's, and none of the revision's.
    Understated,
}

impl Code {
    pub fn word(self) -> &'static str {
        match self {
            Code::RevisionFails => "revision-fails",
            Code::QueryBreaks => "query-breaks",
            Code::QueryUntold => "query-untold",
            Code::QueryWaits => "query-waits",
            Code::PlanWorse => "plan-worse",
            Code::RowsChanged => "rows-changed",
            Code::ValuesDestroyed => "values-destroyed",
            Code::KeepingLocks => "keeping-locks",
            Code::DriftAccepted => "drift-accepted",
            Code::NotUndone => "not-undone",
            Code::NotResumed => "not-resumed",
            Code::Understated => "understated",
        }
    }
}

impl Rehearsal {
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether it may be taken as a proof that the revisions can be run.
    pub fn passed(&self) -> bool {
        self.stopped.is_none() && self.worst() < Some(Severity::Broken)
    }

    pub fn statements(&self) -> impl Iterator<Item = (&Rehearsed, &Measured)> {
        self.revisions.iter().flat_map(|revision| revision.statements.iter().map(move |it| (revision, it)))
    }

    /// The longest that a lock was held behind which others would have waited.
    pub fn longest_lock_us(&self) -> u64 {
        let held = |it: &Measured| {
            let own = (it.blocks() >= Blocks::Writes).then(|| it.held_us());
            let keeping = it.keeping.iter().filter(|it| it.blocks() >= Blocks::Writes).map(Keeping::held_us).max();
            own.max(keeping)
        };
        self.statements().filter_map(|(_, statement)| held(statement)).max().unwrap_or_default()
    }

    pub fn longest_wait_us(&self) -> u64 {
        self.statements().flat_map(|(_, it)| &it.waited).map(|wait| wait.waited_us).max().unwrap_or_default()
    }

    /// How many queries fail that have to work.
    pub fn broken_queries(&self) -> usize {
        let breaks = |it: &&Finding| it.code == Code::QueryBreaks && it.severity == Severity::Broken;
        let broken = self.findings.iter().filter(breaks);
        broken.filter_map(|finding| finding.query).collect::<std::collections::BTreeSet<_>>().len()
    }
}

impl Measured {
    pub fn blocks(&self) -> Blocks {
        self.reading.as_ref().map_or(Blocks::Nothing, Reading::blocks)
    }

    /// For how long, between two moments, it or the keeping of what it destroys kept others out.
    pub fn kept_out_us(&self, from: u64, to: u64) -> u64 {
        let overlap = |began: u64, over: u64| to.min(over).saturating_sub(from.max(began));
        let own = (self.blocks() >= Blocks::Writes).then(|| overlap(self.began_us, self.over_us));
        let keeping = self.keeping.iter().filter(|it| it.blocks() >= Blocks::Writes);
        keeping.map(|it| overlap(it.began_us, it.over_us)).chain(own).max().unwrap_or_default()
    }

    /// From its beginning to the end of its transaction, without what the measuring itself took.
    pub fn held_us(&self) -> u64 {
        self.over_us.saturating_sub(self.began_us).saturating_sub(self.measuring_us).max(self.took_us)
    }
}
