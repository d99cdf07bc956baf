use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rebuild-forgets-column",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "a table is rebuilt without everything that the old one holds",
    why: "A rebuild keeps what its `INSERT … SELECT` copies. A column that the SELECT does not name, or a row that its \
          WHERE leaves out, disappears with the old table, without any error.",
    safe_way: "copy every column and every row; drop a column with ALTER TABLE … DROP COLUMN, where it is visible",
    example: Example {
        bad: "CREATE TABLE email_new (id integer PRIMARY KEY, subject text, body text);\nINSERT INTO email_new (id, \
              subject) SELECT id, subject FROM email;\nDROP TABLE email;\nALTER TABLE email_new RENAME TO email;",
        good: "CREATE TABLE email_new (id integer PRIMARY KEY, subject text, body text);\nINSERT INTO email_new (id, \
               subject, body) SELECT id, subject, body FROM email;\nDROP TABLE email;\nALTER TABLE email_new RENAME TO \
               email;",
    },
    sources: &["https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropTable { table, .. } = step else { continue };
        let Some(rebuild) = seen.rebuild_of(table).filter(|_| !seen.is_new(table)) else { continue };
        if !rebuild.forgotten.is_empty() {
            let columns = rebuild.forgotten.join("`, `");
            found
                .step(at, format!("`{columns}` of `{table}` is not carried over into `{}`, and goes", rebuild.to.name));
        }
        if !rebuild.every_row {
            let message =
                format!("not every row of `{table}` is carried over into `{}`; the others go", rebuild.to.name);
            found.step(at, message);
        }
    }
}
