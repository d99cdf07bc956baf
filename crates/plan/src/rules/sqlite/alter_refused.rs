use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "alter-refused",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "something else names what is renamed or dropped, and SQLite refuses",
    why: "DROP COLUMN fails while an index, key, check, generated column, view or trigger names the column. And every \
          ALTER TABLE … RENAME and DROP COLUMN reads all views and triggers of the database again: a broken one, even \
          of another table, stops it.",
    safe_way: "drop what names it first and create it again afterwards, in the same transaction; a key or a check \
               needs a rebuild",
    example: Example {
        bad: "CREATE INDEX ix_email_subject ON email (subject);\nALTER TABLE email DROP COLUMN subject;",
        good: "CREATE INDEX ix_email_subject ON email (subject);\nDROP INDEX ix_email_subject;\nALTER TABLE email DROP \
               COLUMN subject;",
    },
    sources: &["https://www.sqlite.org/lang_altertable.html#altertabdropcol"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Some(what) = altered(step) else { continue };
        for (_, danger) in seen.dangers().filter(|(step, _)| *step == at) {
            if let Danger::Fails { why } = danger {
                found.step(at, format!("{what}: {why}"));
            }
        }
    }
}

fn altered(step: &Step) -> Option<String> {
    if let Step::DropColumn { table, column, .. } = step {
        Some(format!("`{table}.{column}` cannot be dropped"))
    } else if let Step::RenameColumn { table, from, .. } = step {
        Some(format!("`{table}.{from}` cannot be renamed"))
    } else if let Step::RenameTable { from, .. } = step {
        Some(format!("`{from}` cannot be renamed"))
    } else {
        None
    }
}
