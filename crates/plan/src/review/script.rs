use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::revision::{Allow, RevisionId};

/// A file of SQL as it runs, in its place among the others.
#[derive(Debug, Clone)]
pub struct Script {
    pub file: Arc<PathBuf>,
    pub text: Arc<str>,
    pub statements: Vec<ScriptStatement>,
    /// `false` for a file that is only read for what it leads to.
    pub judged: bool,
    pub revision: Option<RevisionId>,
    /// Whether `-- backfill` means something to whoever runs the file: to other tools it is a comment.
    pub directives: bool,
    /// What is accepted in the whole file, each with the bytes at which it is said.
    pub allows: Vec<(Allow, Range<usize>)>,
    /// Lines that are meant for Whimbrel and say nothing it knows: their bytes, and what is wrong.
    pub slips: Vec<(Range<usize>, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStatement {
    /// Bytes within the file, without the closing semicolon.
    pub span: Range<usize>,
    /// The byte at which a statement that comes before this one can be put: above the markers of a tool that say where
    /// this one begins.
    pub above: usize,
    /// Statements of one number share a transaction, which the tool that runs the file opens. `None` for one on its
    /// own: it is committed when it ends, unless the script says `BEGIN` itself.
    pub transaction: Option<u32>,
    /// Runs in batches, each its own transaction.
    pub backfill: bool,
    /// What is accepted of this statement, each with the bytes at which it is said.
    pub allows: Vec<(Allow, Range<usize>)>,
}

impl Script {
    pub fn sql(&self, statement: &ScriptStatement) -> &str {
        self.text.get(statement.span.clone()).unwrap_or_default()
    }

    /// One-based.
    pub fn line_of(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().get(..offset).unwrap_or(self.text.as_bytes());
        before.iter().filter(|&&byte| byte == b'\n').count() + 1
    }
}
