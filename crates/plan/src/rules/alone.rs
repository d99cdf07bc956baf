//! Statements that take no part in a transaction: how a fix gets them out of the one that they stand in.

use whimbrel_schema::ObjectName;

use crate::review::{Edit, Fix, Followup, ScriptStatement, Seen};
use crate::{Step, Understanding};

/// A statement as it is to be, on its own.
pub(super) struct Alone<'a> {
    /// What the fix does to it, in words.
    pub what: &'a str,
    /// What becomes of its text.
    pub edits: Vec<Edit>,
    /// What it makes or takes away. A later statement that names it needs it done before.
    pub name: Option<&'a str>,
    /// The table that it is about.
    pub table: Option<&'a ObjectName>,
    /// Whether rows that are fine before it may not be after it, or the other way round.
    pub constrains: bool,
    /// The words for a file of its own.
    pub message: String,
    pub undo: Vec<String>,
    /// What has to follow it.
    pub then: Vec<Followup>,
}

impl Alone<'_> {
    /// Out of the transaction where it stands; or in a file of its own that follows, where a tool has one transaction
    /// for all of a file.
    pub fn fix(self, seen: &Seen<'_>) -> Fix {
        let moved = self.is_moved(seen).then(|| self.edited(seen).zip(whole(seen))).flatten();
        let (what, edits, first) = match moved {
            Some((sql, span)) => {
                let (message, undo) = (self.message, self.undo);
                let own = Followup { message, statements: vec![sql], no_transaction: true, undo };
                let what = "move it into a file of its own, outside a transaction";
                (what, vec![Edit { span, text: String::new() }], Some(own))
            }
            None => (self.what, seen.outside_transactions().into_iter().chain(self.edits).collect(), None),
        };
        Fix { what: what.to_string(), edits, then: first.into_iter().chain(self.then).collect() }
    }

    fn is_moved(&self, seen: &Seen<'_>) -> bool {
        let own = seen.statement;
        let shares = |other: &ScriptStatement| other.span != own.span && other.transaction == own.transaction;
        // A revision of whimbrel's own has statements with and without a transaction.
        let one_transaction = seen.script.revision.is_none() && own.transaction.is_some();
        one_transaction
            && seen.script.statements.iter().any(shares)
            && !seen.session().has_begun()
            && seen.script.statements.iter().filter(|other| other.span.start > own.span.start).all(|later| {
                let sql = seen.script.sql(later);
                !self.is_named(sql) && self.can_come_first(sql, seen)
            })
    }

    fn is_named(&self, sql: &str) -> bool {
        self.name.is_some_and(|name| says(sql, name))
    }

    /// Whether a statement that comes after it may as well come before it.
    fn can_come_first(&self, sql: &str, seen: &Seen<'_>) -> bool {
        let Some(table) = self.table.filter(|table| says(sql, &table.name)) else { return true };
        let Understanding::Known { steps, .. } = seen.dialect.understand(sql) else { return false };
        steps.iter().all(|step| {
            if let Step::ChangeData { .. } = step {
                !self.constrains
            } else if let Step::AddColumn { .. } | Step::SetDefault { .. } | Step::SetComment { .. } = step {
                true
            } else {
                matches!(step, Step::CreateIndex { table: other, .. } if !self.constrains || other != table)
            }
        })
    }

    /// The statement with the edits made.
    fn edited(&self, seen: &Seen<'_>) -> Option<String> {
        let start = seen.statement.span.start;
        let (mut out, mut at) = (String::new(), 0);
        for edit in &self.edits {
            out.push_str(seen.sql.get(at..edit.span.start.checked_sub(start)?)?);
            out.push_str(&edit.text);
            at = edit.span.end.checked_sub(start)?;
        }
        out.push_str(seen.sql.get(at..)?);
        Some(out)
    }
}

fn says(sql: &str, name: &str) -> bool {
    sql.to_lowercase().contains(&name.to_lowercase())
}

/// The statement with its semicolon and the end of its line.
fn whole(seen: &Seen<'_>) -> Option<std::ops::Range<usize>> {
    let after = seen.statement.span.end;
    let rest = seen.script.text.get(after..)?;
    let closing = rest.len() - rest.trim_start_matches([';', ' ', '\t']).len();
    let line_end = usize::from(rest.get(closing..)?.starts_with('\n'));
    Some(seen.statement.span.start..after + closing + line_end)
}
