use whimbrel_schema::{Engine, Index, Schema, Table};

use crate::Step;
use crate::review::{About, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rebuild-loses-indexes",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "a table is rebuilt without its indexes or triggers",
    why: "Indexes and triggers belong to the table and are dropped with it. Until they are created again, queries slow \
          down, duplicates get past the unique index, and triggers (keeping a full-text index up to date, writing an \
          audit row) no longer run, all without an error.",
    safe_way: "create every index and trigger of the old table again, after the rename",
    example: Example {
        bad: "CREATE INDEX ix_email_subject ON email (subject);\nCREATE TABLE email_new (id integer PRIMARY KEY, \
              subject text);\nINSERT INTO email_new SELECT * FROM email;\nDROP TABLE email;\nALTER TABLE email_new \
              RENAME TO email;",
        good: "CREATE INDEX ix_email_subject ON email (subject);\nCREATE TABLE email_new (id integer PRIMARY KEY, \
               subject text);\nINSERT INTO email_new SELECT * FROM email;\nDROP TABLE email;\nALTER TABLE email_new \
               RENAME TO email;\nCREATE INDEX ix_email_subject ON email (subject);",
    },
    sources: &["https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes"],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropTable { table, .. } = step else { continue };
        let Some(rebuild) = seen.rebuild_of(table).filter(|_| !seen.is_new(table)) else { continue };
        let in_the_end = in_the_end(seen, rebuild.from, rebuild.to);
        for index in &rebuild.from.indexes {
            let message = format!("index `{}` goes with the old `{table}` and is not made again", index.name);
            found.step(at, message).about(&in_the_end.name, &[format!("index {}", shape(index))]);
        }
        for trigger in &rebuild.from.triggers {
            let message = format!("trigger `{}` goes with the old `{table}` and is not made again", trigger.name);
            found.step(at, message).about(&in_the_end.name, &[format!("trigger {}", trigger.name)]);
        }
    }
}

/// The old table was renamed away before the new one took its name, or the new one takes it later.
fn in_the_end<'a>(seen: &Seen<'_>, from: &'a Table, to: &'a Table) -> &'a Table {
    let renamed = super::rebuild_in_wrong_order::renamed_away(seen, &from.name).is_some();
    if renamed { to } else { from }
}

fn stands(schema: &Schema, about: &About) -> bool {
    let Some(table) = schema.table(&about.table) else { return false };
    about.columns.iter().any(|lost| match lost.split_once(' ') {
        Some(("index", wanted)) => !table.indexes.iter().any(|index| shape(index) == wanted),
        Some((_, name)) => !table.triggers.iter().any(|trigger| trigger.name.eq_ignore_ascii_case(name)),
        None => false,
    })
}

/// What an index is, whatever it is called.
fn shape(index: &Index) -> String {
    format!("{:?} {:?} {:?}", index.unique, index.keys, index.predicate).to_lowercase()
}
