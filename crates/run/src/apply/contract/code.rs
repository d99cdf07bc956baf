use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::Dropped;

/// Where code names things of the database.
pub trait Code: fmt::Debug + Send + Sync {
    /// Every place, or why nobody can tell.
    fn places(&self, whose: Whose<'_>, dropped: &[Dropped]) -> Result<Vec<Place>, String>;

    /// Whether the file was there in that commit, or why nobody can tell.
    fn has(&self, commit: &str, file: &Path) -> Result<bool, String>;

    /// Whose word it is that nothing names them, where nothing was searched: for the ledger.
    fn word(&self, _dropped: &[Dropped]) -> Option<String> {
        None
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Of the commit.
    Commit(&'a str),
    /// As it is here: what is deployed now.
    WorkingTree,
}

/// A place in the code that names what is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// `email.subject`.
    pub object: String,
    pub file: String,
    pub line: usize,
    /// The line itself.
    pub text: String,
    /// `false`: a word that may be something else. It is told, and holds nothing back.
    pub blocks: bool,
}
