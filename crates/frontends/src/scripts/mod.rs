//! Migrations as other tools keep them, read into [`Script`]s.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use whimbrel_plan::Dialect;
use whimbrel_plan::review::{Script, ScriptStatement};
use whimbrel_plan::revision::Directive;

/// A part of a file that runs when the migration is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Bytes within the file.
    pub span: Range<usize>,
    /// Whether the tool runs its statements in one transaction.
    pub transaction: bool,
}

/// The parts of a file, cut into statements with what is said above each.
pub fn cut(file: Arc<PathBuf>, text: Arc<str>, parts: &[Part], dialect: &dyn Dialect) -> Script {
    let mut script =
        Script { file, text: text.clone(), statements: Vec::new(), judged: true, revision: None, allows: Vec::new() };
    for (number, part) in (0_u32..).zip(parts) {
        let within = text.get(part.span.clone()).unwrap_or_default();
        let mut after = 0;
        for range in dialect.split(within) {
            let gap = part.span.start + after..part.span.start + range.start;
            after = range.end;
            let mut statement = ScriptStatement {
                span: part.span.start + range.start..part.span.start + range.end,
                transaction: part.transaction.then_some(number),
                backfill: false,
                allows: Vec::new(),
            };
            above(&text, gap, &mut statement);
            script.statements.push(statement);
        }
    }
    script
}

/// What the comments above a statement say about it.
fn above(text: &str, gap: Range<usize>, statement: &mut ScriptStatement) {
    let mut start = gap.start;
    for line in text.get(gap).unwrap_or_default().split_inclusive('\n') {
        let span = start..start + line.trim_end().len();
        start += line.len();
        match Directive::read(line.trim_start_matches(';')) {
            Some(Ok(Directive::Allow(allow))) => statement.allows.push((allow, span)),
            Some(Ok(Directive::NoTransaction)) => statement.transaction = None,
            Some(Ok(Directive::Backfill)) => statement.backfill = true,
            // Questions are for those who apply revisions; what only looks like a directive is another tool's comment.
            Some(Ok(Directive::Question(_)) | Err(_)) | None => {}
        }
    }
}
