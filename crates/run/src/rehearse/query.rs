use serde::{Deserialize, Serialize};

/// A query that an application sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Where it stands: `queries/inbox.sql:3`.
    pub name: String,
    pub sql: String,
    pub version: Version,
}

/// Of which code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Version {
    /// The code that runs while the revisions do.
    Old,
    /// The code that comes after them.
    New,
}

/// A query that the engine has counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    pub sql: String,
    pub calls: u64,
}

impl Version {
    pub fn word(self) -> &'static str {
        match self {
            Version::Old => "old",
            Version::New => "new",
        }
    }
}
