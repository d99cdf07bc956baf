//! What is copied, and what an engine says about the copy.

use serde::{Deserialize, Serialize};
use whimbrel_plan::revision::RevisionId;
use whimbrel_schema::{Fingerprint, ObjectName};

use super::TableContents;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything in the database, the tables of whimbrel's own too.
    Full,
    /// The whole schema and the rows of these tables only: those that a plan touches and what they reference. The other
    /// tables are there, and empty; whimbrel's own are never left out.
    Affected(Vec<ObjectName>),
    /// A command of the user's makes it and another looks at it: it has no files of ours, except for the values that a
    /// plan destroys.
    External,
}

/// What a copy was taken of, all of it at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The engine's word for the moment: an LSN, a change counter.
    pub position: Option<String>,
    pub schema: Fingerprint,
    /// The last event of the ledger at that moment; zero without any.
    pub ledger: i64,
    /// The revisions that were applied, sorted.
    pub applied: Vec<RevisionId>,
    /// Every table that has rows in the copy, and the empty ones of its scope; sorted by name.
    pub tables: Vec<TableContents>,
    /// What made it: `pg_dump 15.18`, `SQLite 3.53.1`.
    pub with: String,
    /// Its files are compressed already.
    pub compressed: bool,
}
