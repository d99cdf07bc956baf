use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::{Allow, Direction, Directive, Revision, Section};
use crate::Dialect;

/// One statement of a revision, with where it stands and what was written above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionStatement {
    /// Without the closing semicolon.
    pub sql: String,
    pub origin: StatementOrigin,
    /// `-- transaction: none` stands above it.
    pub no_transaction: bool,
    /// `-- backfill` stands above it.
    pub backfill: bool,
    pub questions: Vec<String>,
    pub allows: Vec<Allow>,
}

/// Where a statement stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementOrigin {
    pub file: Arc<PathBuf>,
    /// One-based.
    pub line: u32,
    /// Bytes within the file.
    pub span: Range<usize>,
}

impl fmt::Display for StatementOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// Why a revision's statements cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatementsError {
    #[error("revision {revision} has no {direction} section for {engine}")]
    NoSection { revision: super::RevisionId, direction: Direction, engine: &'static str, file: Arc<PathBuf> },
    #[error("{origin}: {message}")]
    Directive { origin: StatementOrigin, message: String },
}

impl StatementsError {
    pub fn next(&self) -> String {
        match self {
            StatementsError::NoSection { direction, engine, file, .. } => format!(
                "write one into {}: `-- {direction} ({})`, or `-- {direction}` for every engine",
                file.display(),
                engine.to_ascii_lowercase()
            ),
            StatementsError::Directive { .. } => {
                "directives stand on lines of their own, above the statement they are about".to_string()
            }
        }
    }
}

impl Revision {
    /// The statements that take the revision in or out on the dialect's engine.
    pub fn statements(
        &self,
        direction: Direction,
        dialect: &dyn Dialect,
    ) -> Result<Vec<RevisionStatement>, StatementsError> {
        let engine = dialect.engine();
        match self.section(direction, engine) {
            Some(section) => read_section(section, &self.source.file, dialect),
            None => Err(StatementsError::NoSection {
                revision: self.id.clone(),
                direction,
                engine: engine.title(),
                file: self.source.file.clone(),
            }),
        }
    }
}

fn read_section(
    section: &Section,
    file: &Arc<PathBuf>,
    dialect: &dyn Dialect,
) -> Result<Vec<RevisionStatement>, StatementsError> {
    let text = section.text.as_str();
    let mut lines = LineCounter { text, at: 0, line: section.line };
    let mut statements = Vec::new();
    let mut after = 0;
    for range in dialect.split(text) {
        let above = Above::read(section, file, after..range.start)?;
        after = range.end;
        let origin = StatementOrigin {
            file: file.clone(),
            line: lines.line_of(range.start),
            span: section.offset + range.start..section.offset + range.end,
        };
        statements.push(RevisionStatement {
            sql: text.get(range).unwrap_or_default().to_string(),
            origin,
            no_transaction: above.no_transaction,
            backfill: above.backfill,
            questions: above.questions,
            allows: above.allows,
        });
    }
    let rest = Above::read(section, file, after..text.len())?;
    if let Some(at) = rest.first {
        return Err(StatementsError::Directive {
            origin: at,
            message: "a directive with no statement below it".to_string(),
        });
    }
    Ok(statements)
}

/// What the comments between two statements say about the second.
#[derive(Default)]
struct Above {
    no_transaction: bool,
    backfill: bool,
    questions: Vec<String>,
    allows: Vec<Allow>,
    /// The first directive that needs a statement.
    first: Option<StatementOrigin>,
}

impl Above {
    fn read(section: &Section, file: &Arc<PathBuf>, gap: Range<usize>) -> Result<Above, StatementsError> {
        let mut above = Above::default();
        let mut start = gap.start;
        for line in section.text.get(gap).unwrap_or_default().split_inclusive('\n') {
            let directive = Directive::read(line.trim_start_matches(';'));
            let at = || StatementOrigin {
                file: file.clone(),
                line: section.line + newlines(section.text.get(..start).unwrap_or_default()),
                span: section.offset + start..section.offset + start + line.trim_end().len(),
            };
            match directive {
                None => {}
                Some(Err(message)) => return Err(StatementsError::Directive { origin: at(), message }),
                Some(Ok(Directive::Question(question))) => above.questions.push(question),
                Some(Ok(directive)) => {
                    if !section.text.get(..start).is_none_or(|before| before.is_empty() || before.ends_with('\n')) {
                        let message = "a directive behind a statement, on the same line".to_string();
                        return Err(StatementsError::Directive { origin: at(), message });
                    }
                    above.first.get_or_insert_with(at);
                    match directive {
                        Directive::NoTransaction => above.no_transaction = true,
                        Directive::Backfill => above.backfill = true,
                        Directive::Allow(allow) => above.allows.push(allow),
                        Directive::Question(question) => above.questions.push(question),
                    }
                }
            }
            start += line.len();
        }
        Ok(above)
    }
}

/// Line numbers of offsets that only grow, so that a long section is walked once.
struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl LineCounter<'_> {
    fn line_of(&mut self, offset: usize) -> u32 {
        self.line += newlines(self.text.get(self.at..offset).unwrap_or_default());
        self.at = offset;
        self.line
    }
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).unwrap_or(u32::MAX)
}
