//! What a backup is, as it stands in `manifest.json`; and what was proved about it, in `proof.json`.

use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_plan::revision::RevisionId;
use whimbrel_schema::{Engine, Fingerprint};

use super::{Difference, Scope, TableContents};

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const PROOF: &str = "proof.json";
/// The folder of what the engine wrote.
pub(super) const DATA: &str = "data";

/// Of the manifest and of the folder that it is in.
pub const FORMAT: u32 = 1;

/// The name of its folder: `2026-11-22-094107`, the moment at which it was begun, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BackupId(pub String);

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// It never changes once it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    pub id: BackupId,
    /// RFC 3339, UTC: when its snapshot was asked for. What was committed before is in it.
    pub taken_at: String,
    /// How long it took.
    pub milliseconds: u64,
    pub engine: Engine,
    /// Of the server.
    pub version: String,
    /// The engine, its version and the place, as [`Driver::describe`](crate::Driver::describe) has it: no password.
    pub database: String,
    pub scope: Scope,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Of the schema in the copy; `None` where nothing of ours has seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Fingerprint>,
    /// The last event of the ledger; zero without any.
    pub ledger: i64,
    pub applied: Vec<RevisionId>,
    pub tables: Vec<TableContents>,
    pub files: Vec<FileEntry>,
    /// Of whimbrel.
    pub whimbrel: String,
    /// What made the copy: `pg_dump 15.18`, `SQLite 3.53.1`.
    pub with: String,
    /// To whom its files are encrypted; empty where they are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// What the user's command called the backup that it made elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Within the folder of the backup, with `/`.
    pub path: String,
    pub size: u64,
    /// Of the file as it lies there, compressed and encrypted.
    pub sha256: String,
    /// Of what the engine wrote.
    pub unpacked: u64,
    /// Whether whimbrel compressed it.
    pub zstd: bool,
}

/// What the last restore of a backup, or the user's own command, found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    pub format: u32,
    /// SHA-256 of the manifest that it is about.
    pub manifest: String,
    /// RFC 3339, UTC.
    pub at: String,
    pub milliseconds: u64,
    pub by: Proved,
    /// Empty where every table is equal by rows and content hash.
    pub differences: Vec<Difference>,
    pub whimbrel: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proved {
    /// Restored into this database, without its password, and compared table by table.
    Restore { into: String, tables: usize, rows: u64 },
    /// The user's own command ended well.
    Command { command: String },
}

impl Proof {
    /// Whether all was equal.
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Manifest {
    /// Whether all of the database is in it.
    pub fn is_whole(&self) -> bool {
        match self.scope {
            Scope::Full => true,
            Scope::Affected(_) | Scope::External => false,
        }
    }

    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Bytes on disk.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// Bytes of what the engine wrote.
    pub fn unpacked(&self) -> u64 {
        self.files.iter().map(|file| file.unpacked).sum()
    }
}
