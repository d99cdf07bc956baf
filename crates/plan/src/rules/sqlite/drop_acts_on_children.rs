use whimbrel_schema::{Engine, ObjectName};

use super::around;
use crate::Step;
use crate::review::{Danger, Finding, Fix, Seen, Severity};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-acts-on-children",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "dropping or rebuilding a table deletes the rows of other tables that refer to it",
    why: "While foreign keys are enforced, DROP TABLE first deletes every row of the table as DELETE FROM would: ON \
          DELETE CASCADE deletes the rows that refer to them, ON DELETE SET NULL clears their key, and without an \
          action the statement fails. The old table of a rebuild is dropped like any other, and `PRAGMA \
          defer_foreign_keys` does not change that. Whether foreign keys are enforced is a setting of each connection, \
          with a different default from driver to driver.",
    safe_way: "turn foreign keys off before the transaction begins, rebuild, check with `PRAGMA foreign_key_check`, and \
               turn them on again after the commit",
    example: Example {
        bad: "BEGIN;\nCREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);\nINSERT INTO email_new \
              SELECT id, subject FROM email;\nDROP TABLE email;\nALTER TABLE email_new RENAME TO email;\nCOMMIT;",
        good: "PRAGMA foreign_keys = OFF;\nBEGIN;\nCREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT \
               NULL);\nINSERT INTO email_new SELECT id, subject FROM email;\nDROP TABLE email;\nALTER TABLE email_new \
               RENAME TO email;\nCOMMIT;\nPRAGMA foreign_keys = ON;",
    },
    sources: &[
        "https://www.sqlite.org/foreignkeys.html#fk_schemacommands",
        "https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes",
    ],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropTable { table, .. } = step else { continue };
        if seen.is_new(table) {
            continue;
        }
        let rebuilt = seen.rebuild_of(table).is_some();
        let words = if rebuilt { "rebuilding the table drops the old one, and that" } else { "dropping it" };
        for (_, danger) in seen.dangers().filter(|(step, _)| *step == at) {
            match danger {
                Danger::DeletesElsewhere { tables } if !tables.is_empty() => {
                    let message = format!("{words} deletes the rows of {} that refer to `{table}`", list(tables));
                    assumed(found.step(at, message), seen);
                }
                Danger::DeletesElsewhere { .. } if rebuilt => {
                    let message = format!("{words} deletes the rows that refer to `{table}` with ON DELETE CASCADE");
                    let finding = found.step(at, message);
                    finding.assumed("the files do not show every table, so it is assumed that there are such rows");
                }
                Danger::WrongValues { why } => assumed(found.step(at, format!("{words} changes others: {why}")), seen),
                Danger::Fails { why } if seen.table(table).is_some() => {
                    let finding = found.step(at, format!("{words} acts on its children: {why}"));
                    finding.severity(Severity::Care);
                    assumed(finding, seen);
                }
                Danger::DeletesElsewhere { .. }
                | Danger::Fails { .. }
                | Danger::Unsupported { .. }
                | Danger::Narrows { .. }
                | Danger::DependsOnSetting { .. }
                | Danger::Breaks { .. }
                | Danger::BreaksPrepared { .. }
                | Danger::ReadsOtherwise { .. }
                | Danger::OneValue { .. }
                | Danger::MadeUp { .. }
                | Danger::Unchecked { .. }
                | Danger::Forgets { .. }
                | Danger::DoesNothing { .. }
                | Danger::CommitsImplicitly
                | Danger::NeedsNoTransaction => {}
            }
        }
    }
}

fn assumed(finding: &mut Finding, seen: &Seen<'_>) {
    let known = seen.session().setting("foreign_keys").is_some() || seen.facts().settings.contains_key("foreign_keys");
    if !known {
        finding.assumed("whether foreign keys are enforced is unknown, so it is assumed that they are");
    }
}

fn list(tables: &[ObjectName]) -> String {
    tables.iter().map(|table| format!("`{table}`")).collect::<Vec<_>>().join(", ")
}

fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::DropTable { table, .. }) = seen.steps().get(finding.step?) else { return None };
    let rebuild = seen.rebuild_of(table)?;
    // A pragma that says so already is only in the wrong place, and has a fix of its own.
    let is_pragma = |step: &Step| matches!(step, Step::SetSession { name, .. } if name == "foreign_keys");
    if seen.transaction.iter().any(|passed| passed.steps.iter().any(is_pragma)) {
        return None;
    }
    let makes = |step: &Step| matches!(step, Step::CreateTable { table, .. } if table.name == rebuild.to.name);
    let from = seen.file.iter().position(|passed| passed.steps.iter().any(makes))?;
    let edits = around::transaction(seen, from, "PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON")?;
    Some(Fix { what: "turn foreign keys off around the transaction".to_string(), edits, then: Vec::new() })
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    let step = finding.step.and_then(|step| seen.steps().get(step));
    let rebuilt = match step {
        Some(Step::DropTable { table, .. }) => seen.rebuild_of(table).is_some(),
        Some(_) | None => false,
    };
    match rebuilt {
        true => {
            "the rebuild is not one transaction with its own BEGIN and COMMIT, or its PRAGMA stands inside".to_string()
        }
        false => "this is no rebuild: the rows of the other tables have to be moved or deleted first".to_string(),
    }
}
