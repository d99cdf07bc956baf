//! Statements put around a transaction, for settings that are ignored within it.

use crate::Step;
use crate::review::{Edit, Script, ScriptStatement, Seen};
use crate::words::words;

/// The edits that put one statement before the transaction that `seen` stands in, and one after its end. `from` is the
/// statement of the file with which to begin where there is no transaction.
pub(super) fn transaction(seen: &Seen<'_>, from: usize, before: &str, after: &str) -> Option<Vec<Edit>> {
    const OUTSIDE: &str = "-- transaction: none\n";
    let all = &seen.script.statements;
    let (first, last) = match seen.statement.transaction {
        Some(number) => {
            let mut of_it = all.iter().filter(|statement| statement.transaction == Some(number));
            let first = of_it.next()?;
            (first.span.start, of_it.next_back().unwrap_or(first).span.end)
        }
        None if seen.session().has_begun() => (begin(seen)?, commit(seen)?),
        None => (seen.file.get(from)?.span.start, all.last()?.span.end),
    };
    // A statement that is outside by what stands above it gives that to the one that is put before it.
    let (above, between, below) = match seen.statement.transaction {
        Some(_) => (OUTSIDE, "", OUTSIDE),
        None if seen.script.text.contains(OUTSIDE.trim_end()) => ("", OUTSIDE, OUTSIDE),
        None => ("", "", ""),
    };
    Some(vec![
        Edit { span: first..first, text: format!("{above}{before};\n{between}") },
        Edit { span: last..last, text: format!(";\n{below}{after}") },
    ])
}

/// Where the script says BEGIN.
fn begin(seen: &Seen<'_>) -> Option<usize> {
    let begins = |step: &Step| matches!(step, Step::SetSession { name, .. } if name == "BEGIN");
    Some(seen.file.iter().rev().find(|passed| passed.steps.iter().any(begins))?.span.start)
}

/// Where it ends what it began.
fn commit(seen: &Seen<'_>) -> Option<usize> {
    let later = seen.script.statements.iter().filter(|statement| statement.span.start > seen.statement.span.start);
    Some(later.into_iter().find(|statement| commits(seen.script, statement))?.span.end)
}

fn commits(script: &Script, statement: &ScriptStatement) -> bool {
    words(script.sql(statement)).first().is_some_and(|word| word.is_keyword("COMMIT") || word.is_keyword("END"))
}
