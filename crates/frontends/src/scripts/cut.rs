use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use whimbrel_plan::review::{Script, ScriptStatement};
use whimbrel_plan::revision::Directive;
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::Engine;

use super::Layout;

/// A part of a file that runs when the migration is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Bytes within the file.
    pub span: Range<usize>,
    /// Whether the tool runs its statements in one transaction.
    pub transaction: bool,
    /// Whether it is one statement, whatever semicolons stand in it.
    pub whole: bool,
    /// Whether `-- transaction: none` and `-- backfill` mean something here: to another tool they are comments.
    pub directives: bool,
}

impl Part {
    pub fn new(span: Range<usize>, transaction: bool) -> Self {
        Part { span, transaction, whole: false, directives: true }
    }
}

/// The parts of a file, cut into statements with what is said above each.
pub fn cut(file: Arc<PathBuf>, text: Arc<str>, parts: &[Part], dialect: &dyn Dialect) -> Script {
    let mut script = Script {
        file,
        text: text.clone(),
        statements: Vec::new(),
        judged: true,
        revision: None,
        directives: parts.iter().all(|part| part.directives),
        allows: Vec::new(),
        slips: Vec::new(),
    };
    for part in parts {
        let within = text.get(part.span.clone()).unwrap_or_default();
        let ranges = dialect.split(within);
        let ranges = match (part.whole, ranges.first(), ranges.last()) {
            (true, Some(first), Some(last)) => std::iter::once(first.start..last.end).collect(),
            (_, _, _) => ranges,
        };
        let mut after = 0;
        for range in ranges {
            let gap = part.span.start + after..part.span.start + range.start;
            after = range.end;
            let start = part.span.start + range.start;
            let mut statement = ScriptStatement {
                span: start..part.span.start + range.end,
                above: if part.whole { line_above(&text, part.span.start) } else { start },
                transaction: part.transaction.then_some(0),
                backfill: false,
                allows: Vec::new(),
            };
            above(&text, gap, part.directives, &mut statement, &mut script.slips);
            script.statements.push(statement);
        }
        below(&text, part.span.start + after..part.span.end, &mut script.slips);
    }
    script
}

/// The start of the line before a part: the marker that opens it.
fn line_above(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default().trim_end_matches(['\r', '\n']);
    before.rfind('\n').map_or(0, |end| end + 1)
}

/// What the comments above a statement say about it.
fn above(
    text: &str,
    gap: Range<usize>,
    directives: bool,
    statement: &mut ScriptStatement,
    slips: &mut Vec<(Range<usize>, String)>,
) {
    for (span, line) in lines(text, gap) {
        match Directive::read(line.trim_start_matches(';')) {
            Some(Ok(Directive::Allow(allow))) => statement.allows.push((allow, span)),
            Some(Ok(Directive::NoTransaction)) if directives => statement.transaction = None,
            // Each batch is a transaction of its own.
            Some(Ok(Directive::Backfill)) if directives => (statement.backfill, statement.transaction) = (true, None),
            Some(Ok(Directive::NoTransaction | Directive::Backfill)) => {}
            // Questions are for those who apply revisions.
            Some(Ok(Directive::Question(_))) | None => {}
            Some(Err(message)) if is_ours(line) => slips.push((span, message)),
            // What only looks like a directive is another tool's comment.
            Some(Err(_)) => {}
        }
    }
}

/// What is said where no statement comes any more.
fn below(text: &str, gap: Range<usize>, slips: &mut Vec<(Range<usize>, String)>) {
    for (span, line) in lines(text, gap).filter(|(_, line)| is_ours(line)) {
        match Directive::read(line.trim_start_matches(';')) {
            Some(Err(message)) => slips.push((span, message)),
            Some(Ok(_)) => slips.push((span, "no statement stands below this line, so it says nothing".to_string())),
            None => {}
        }
    }
}

fn is_ours(line: &str) -> bool {
    let comment = line.trim_start_matches(';').trim().strip_prefix("--");
    let key = comment.and_then(|comment| comment.split_once(':')).map(|(key, _)| key.trim());
    key.is_some_and(|key| key.eq_ignore_ascii_case("whimbrel"))
}

fn lines(text: &str, gap: Range<usize>) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = gap.start;
    text.get(gap).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let span = start..start + line.trim_end().len();
        start += line.len();
        (span, line)
    })
}

/// What follows from the statements themselves: which of them the tool runs outside of its transactions.
pub fn settle(script: &mut Script, understood: &[Understanding], layout: Layout, dialect: &dyn Dialect) {
    match layout {
        // As they are grouped when they are applied: what can take part in a transaction shares one with its neighbours.
        Layout::Whimbrel => {
            let mut number = 0;
            for (statement, understanding) in script.statements.iter_mut().zip(understood) {
                match statement.transaction.is_some() && understanding.shares_transactions(dialect) {
                    true => statement.transaction = Some(number),
                    false => {
                        statement.transaction = None;
                        number += 1;
                    }
                }
            }
        }
        // A migration of nothing but statements that cannot run inside a transaction is run without one; a mixed one
        // fails.
        Layout::Flyway => {
            if !understood.iter().any(Understanding::transactional) {
                script.statements.iter_mut().for_each(|statement| statement.transaction = None);
            }
        }
        // Sent to the server as one text, which PostgreSQL runs as one transaction if it holds several statements.
        Layout::Dbmate | Layout::Sqlx | Layout::Diesel | Layout::GolangMigrate | Layout::Prisma => {
            if dialect.engine() == Engine::Postgres && script.statements.len() > 1 {
                script.statements.iter_mut().for_each(|statement| statement.transaction = Some(0));
            }
        }
        Layout::Atlas | Layout::Goose | Layout::Refinery | Layout::Plain => {}
    }
}
