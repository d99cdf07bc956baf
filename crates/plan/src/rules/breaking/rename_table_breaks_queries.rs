use whimbrel_schema::{Engine, Schema};

use super::stood_in::is_stood_in;
use crate::Step;
use crate::review::{About, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rename-table-breaks-queries",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "a table is renamed, and code that uses the old name fails",
    why: "Every query with the old name fails from the commit on. A view under the old name, created in the same \
          transaction, keeps old code working if it shows every column under its old name and nothing else. PostgreSQL \
          writes through such a view by itself; SQLite needs INSTEAD OF triggers for INSERT, UPDATE and DELETE. On \
          MySQL and MariaDB a rename cannot share a transaction with the view, so for a moment there is neither.",
    safe_way: "rename it and create a view under the old name in one transaction (PostgreSQL, SQLite), or create the \
               new table beside the old one; drop the old name once no code uses it",
    example: Example {
        bad: "ALTER TABLE email RENAME TO message;",
        good: "BEGIN;\n\
               ALTER TABLE email RENAME TO message;\n\
               CREATE VIEW email AS SELECT * FROM message;\n\
               COMMIT;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME",
        "https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS",
        "https://www.sqlite.org/lang_createview.html",
        "https://dev.mysql.com/doc/refman/8.4/en/rename-table.html",
    ],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::RenameTable { from, to } = step else { continue };
        if !seen.is_new(from) {
            let shown = if is_stood_in(seen, at, from, to) { vec![to.to_string()] } else { Vec::new() };
            let finding = found.step(at, format!("code that uses `{from}` fails once it is called `{to}`"));
            finding.label("no moment at which old and new code both work").about(from, &shown);
        }
    }
}

/// A table that is made anew is there again in the end, and so is a view that shows what the old name meant. What it
/// shows is what the finding is about beside the name; nothing, where there is no such view.
fn stands(schema: &Schema, about: &About) -> bool {
    about.columns.is_empty() && schema.table(&about.table).is_none()
}
