//! `-- transaction: none` said in the words of the tool that runs the file.

use whimbrel_plan::Dialect;
use whimbrel_plan::revision::Directive;

use super::markers::{after, lines};
use super::{File, Layout, Part, cut};

/// Diesel's, beside an `up.sql`.
const WITHOUT: &str = "run_in_transaction = false\n";

/// The file as its tool understands it: the lines with which Whimbrel's fixes take a statement out of its transaction
/// become the tool's own. `None` where the tool has no words for it, or has them for whole files only and the file has
/// other statements, which would no longer take effect together.
pub fn in_own_words(file: &File, layout: Layout, dialect: &dyn Dialect) -> Option<File> {
    if layout == Layout::Whimbrel || !lines(&file.text).any(|(_, line)| is_directive(line)) {
        return Some(file.clone());
    }
    let parts: Vec<Part> =
        layout.parts(file).into_iter().map(|part| Part { transaction: true, directives: true, ..part }).collect();
    let script = cut(file.path.clone(), file.text.clone(), &parts, dialect);
    // Statements of plain files run each on their own already.
    if layout != Layout::Plain && script.statements.iter().any(|statement| statement.transaction.is_some()) {
        return None;
    }
    let text: String = file.text.split_inclusive('\n').filter(|line| !is_directive(line)).collect();
    let said = |text: String| File { text: text.into(), ..file.clone() };
    match layout {
        Layout::Flyway => Some(said(format!("-- flyway:executeInTransaction=false\n{text}"))),
        Layout::Goose => Some(said(format!("-- +goose NO TRANSACTION\n{text}"))),
        Layout::Sqlx => Some(said(format!("-- no-transaction\n{text}"))),
        Layout::Atlas => Some(said(format!("-- atlas:txmode none\n\n{text}"))),
        Layout::Dbmate => Some(said(marked(&text))),
        Layout::Diesel if file.beside.is_none() => Some(File { beside: Some(WITHOUT.into()), ..said(text) }),
        // What they run without a transaction as it is, and what is always in one.
        Layout::GolangMigrate | Layout::Prisma | Layout::Plain => Some(said(text)),
        Layout::Diesel | Layout::Refinery | Layout::Whimbrel => None,
    }
}

fn is_directive(line: &str) -> bool {
    matches!(Directive::read(line), Some(Ok(Directive::NoTransaction)))
}

fn marked(text: &str) -> String {
    let line = |line: &str| match after(line, "migrate:up") {
        Some(options) if !options.contains("transaction:") => {
            let (start, end) = line.split_at(line.trim_end().len());
            format!("{start} transaction:false{end}")
        }
        Some(_) | None => line.to_string(),
    };
    text.split_inclusive('\n').map(line).collect()
}
