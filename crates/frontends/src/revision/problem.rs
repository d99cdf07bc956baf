use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// What is wrong with a revision file, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub file: Arc<PathBuf>,
    /// One-based; zero when the problem is the file or folder itself.
    pub line: usize,
    /// Bytes of the file, as [`plain`](super::plain) text.
    pub span: Range<usize>,
    pub message: String,
    /// What to do next.
    pub next: String,
}

impl Problem {
    pub(super) fn new(line: usize, span: Range<usize>, message: impl Into<String>, next: impl Into<String>) -> Self {
        Problem { file: Arc::default(), line, span, message: message.into(), next: next.into() }
    }

    pub(super) fn within(self, file: &Arc<PathBuf>) -> Self {
        Problem { file: file.clone(), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}\n  next: {}", self.message, self.next)
    }
}
