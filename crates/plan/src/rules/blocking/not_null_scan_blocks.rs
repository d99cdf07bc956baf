use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Finding, Fix, Seen, Severity};
use crate::rules::later;
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "not-null-scan-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a column is made NOT NULL, which reads every row while every read and write waits",
    why: "`SET NOT NULL` takes ACCESS EXCLUSIVE and reads the whole table to look for NULL, unless a validated `CHECK \
          (column IS NOT NULL)` proves that there is none. Such a check can be added NOT VALID in no time and \
          validated while reads and writes go on.",
    safe_way: "add CHECK (column IS NOT NULL) NOT VALID, VALIDATE it in a later transaction, then SET NOT NULL and \
               drop the check",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN subject SET NOT NULL;",
        good: "ALTER TABLE email ADD CONSTRAINT email_subject_set CHECK (subject IS NOT NULL) NOT VALID;\n\
               -- in a later transaction\n\
               ALTER TABLE email VALIDATE CONSTRAINT email_subject_set;\n\
               -- in a later transaction\n\
               ALTER TABLE email ALTER COLUMN subject SET NOT NULL;\n\
               ALTER TABLE email DROP CONSTRAINT email_subject_set;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL"],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |seen, finding| because(seen, finding, || "the column is not known from these files".to_string()),
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::SetNullable { table, column, nullable: false } = step else { continue };
        if !seen.blocks_for_long(at, table) {
            continue;
        }
        let message =
            format!("making `{column}` NOT NULL reads all of `{table}` while every read and write of it waits");
        let drops = |proof: &String| {
            seen.steps().iter().any(|step| matches!(step, Step::DropConstraint { name, .. } if name == proof))
        };
        let dropped = later::proof(seen, table, column).filter(drops);
        let finding = found.step(at, message);
        if let Some(proof) = dropped {
            finding.label(format!("`{proof}` proves nothing, because the same statement drops it"));
            finding.safe_way(format!("drop `{proof}` in a statement of its own, after this one"));
        }
    }
}

fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::SetNullable { table, column, .. }) = seen.steps().get(finding.step?) else { return None };
    if seen.steps().len() != 1 {
        return None;
    }
    let seen_table = seen.table(table)?;
    seen_table.column(column)?;
    let (first, then) = later::not_null(seen, table, column);
    Some(Fix {
        what: "prove it by a check that is validated first".to_string(),
        edits: vec![seen.instead(first)],
        then,
    })
}
