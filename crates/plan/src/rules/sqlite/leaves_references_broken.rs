use whimbrel_schema::{Engine, Schema};

use super::rebuild_in_wrong_order::renamed_away;
use crate::Step;
use crate::review::{About, Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "leaves-references-broken",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "views, triggers, foreign keys or full-text indexes are left referring to something that is gone",
    why: "SQLite keeps views, triggers and foreign keys as text and does not check them when a table is dropped. Each \
          fails on its next use: a query of the view, any write to the trigger's table, any write to the child table. \
          Every later ALTER TABLE … RENAME is refused as well, because it reads them all. A virtual table keeps its \
          data in tables of its own, and a full-text index may read its text from a table by name.",
    safe_way: "drop or change what refers to it first, in the same transaction",
    example: Example {
        bad: "CREATE VIEW inbox AS SELECT subject FROM email;\nDROP TABLE email;",
        good: "CREATE VIEW inbox AS SELECT subject FROM email;\nDROP VIEW inbox;\nDROP TABLE email;",
    },
    sources: &[
        "https://www.sqlite.org/lang_droptable.html",
        "https://www.sqlite.org/fts5.html#external_content_tables",
    ],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let dropped = if let Step::DropTable { table, .. } = step { Some(table) } else { None };
        if dropped.is_some_and(|table| renamed_away(seen, table).is_some()) {
            continue;
        }
        for (_, danger) in seen.dangers().filter(|(step, _)| *step == at) {
            let Danger::Breaks { what } = danger else { continue };
            let finding = found.step(at, format!("this leaves something broken: {what}"));
            if let Some(table) = dropped {
                finding.about(table, &[]);
            }
        }
    }
}

/// What is dropped to be made anew is there again in the end.
fn stands(schema: &Schema, about: &About) -> bool {
    schema.table(&about.table).is_none()
}
