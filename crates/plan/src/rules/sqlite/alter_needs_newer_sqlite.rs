use whimbrel_schema::{Engine, Expression, Generation, Version};

use super::rebuild_in_wrong_order::enforces_no_keys;
use crate::review::{Danger, Edit, Finding, Fix, Seen, Severity};
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};
use crate::{Step, fold};

pub(super) static RULE: Rule = Rule {
    id: "alter-needs-newer-sqlite",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "the statement exists only in newer versions of SQLite than the one that may run it",
    why: "SQLite is linked into the program, so its version depends on the driver, the distribution or the device: \
          RENAME COLUMN came with 3.25, DROP COLUMN with 3.35, ALTER COLUMN … NOT NULL and adding or dropping \
          constraints with 3.53. An older one rejects them as a syntax error.",
    safe_way: "rebuild the table, or run it only where that version is certain",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN subject SET NOT NULL;",
        good: "CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);\nINSERT INTO email_new (id, \
               subject) SELECT id, subject FROM email;\nDROP TABLE email;\nALTER TABLE email_new RENAME TO email;",
    },
    sources: &["https://www.sqlite.org/lang_altertable.html", "https://www.sqlite.org/changes.html"],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

/// What has been everywhere for years: whoever runs something older knows it.
const EVERYWHERE: Version = Version::new(3, 40, 0);

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        let Danger::Unsupported { what, since } = danger else { continue };
        let Some(since) = since else {
            found.step(at, format!("SQLite has no statement for {what}"));
            continue;
        };
        match seen.facts().version {
            Some(version) => {
                found.step(at, format!("{what} exists since SQLite {since}, and this is {version}"));
            }
            None => {
                let old = since.parse::<Version>().is_ok_and(|since| since <= EVERYWHERE);
                let finding = found.step(at, format!("{what} exists since SQLite {since}"));
                finding.assumed("which version runs is unknown, so the oldest is assumed");
                if old {
                    finding.severity(Severity::Advice);
                }
            }
        }
    }
}

/// The rebuild, written out. Not where it would delete the rows that refer to the table.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let [step] = seen.steps() else { return None };
    if finding.severity == Severity::Advice {
        return None;
    }
    // Only what reads the whole table as it is: nobody asked for a change of one line to write all rows anew. And what
    // drops a column shall say so.
    let (Step::SetNullable { table, nullable: false, .. } | Step::AddConstraint { table, .. }) = step else {
        return None;
    };
    let before = seen.before();
    let from = before.table(table)?;
    let refers = |key: &whimbrel_schema::ForeignKey| key.references.name.eq_ignore_ascii_case(&from.name.name);
    let others = before.tables.values().filter(|other| other.name != from.name);
    if !enforces_no_keys(seen) && (!seen.at.complete || others.flat_map(|other| &other.foreign_keys).any(refers)) {
        return None;
    }
    let mut after = before.clone();
    fold::apply(&mut after, step, seen.dialect).ok()?;
    let to = after.table(&from.name)?.clone();
    let kept = to.columns.iter().filter(|column| {
        let computed = matches!(column.generation, Some(Generation::Stored(_) | Generation::Virtual(_)));
        !computed && from.columns.iter().any(|old| old.name == column.name)
    });
    let copy = kept.map(|column| (column.name.clone(), Expression::new(seen.dialect.quote(&column.name)))).collect();
    let rebuild = Step::RebuildTable { table: from.name.clone(), to: Box::new(to), copy };
    let statements = seen.dialect.render(&rebuild, before).ok()?;
    let edit = Edit { span: seen.statement.span.clone(), text: statements.join(";\n") };
    Some(Fix { what: "rebuild the table".to_string(), edits: vec![edit], then: Vec::new() })
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    if finding.severity == Severity::Advice {
        return String::new();
    }
    because(seen, finding, || {
        "only SET NOT NULL and ADD CONSTRAINT become a rebuild, and only of a table that no foreign key refers to"
            .to_string()
    })
}
