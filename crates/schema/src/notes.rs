use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use crate::Expression;

/// Where in people's files something was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub file: Arc<PathBuf>,
    /// One-based.
    pub line: u32,
    /// One-based, in characters.
    pub column: u32,
}

/// What models say beside the schema. Never part of a comparison, a fingerprint or a file: two tables that differ
/// only here are equal.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    pub origin: Option<Origin>,
    /// The value the *application* gives new rows (`default=False`), as SQL; a good proposal for the old ones.
    pub client_default: Option<Expression>,
    /// The old name, where the model states a rename.
    pub renamed_from: Option<String>,
}

impl PartialEq for Notes {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Notes {}

impl Hash for Notes {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
