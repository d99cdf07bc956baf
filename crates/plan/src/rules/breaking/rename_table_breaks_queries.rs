use whimbrel_schema::{Engine, ObjectId, ObjectKind, Schema};

use crate::Step;
use crate::review::{About, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rename-table-breaks-queries",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "a table gets another name, and code that uses the old one fails",
    why: "Every query with the old name fails from the commit on. A view of the old name over the renamed table, made \
          in the same transaction, lets old code go on: it can be read and written like the table.",
    safe_way: "rename it and make a view of the old name in one transaction; drop the view once no code uses it",
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
        "https://www.sqlite.org/lang_altertable.html#altertabrename",
    ],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::RenameTable { from, to } = step else { continue };
        if !seen.is_new(from) {
            let finding = found.step(at, format!("code that uses `{from}` fails once it is called `{to}`"));
            finding.label("no moment at which old and new code both work").about(from, &[]);
        }
    }
}

/// A view of the old name, made in the same file, keeps old code going.
fn stands(schema: &Schema, about: &About) -> bool {
    schema.object(&ObjectId::new(ObjectKind::View, about.table.clone())).is_none()
        && schema.table(&about.table).is_none()
}
