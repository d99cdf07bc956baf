use whimbrel_schema::{Engine, Generation};

use crate::Step;
use crate::review::{Finding, Fix, Seen, Severity, Work};
use crate::rules::later;
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "new-column-rewrites",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a new column gets a value in every row, which rewrites the whole table while every read and write waits",
    why: "A constant default, or one like `now()` that is the same for the whole statement, is stored once for all \
          existing rows. A volatile default, an identity or `serial`, a STORED computed column and a domain with a \
          constraint have to be computed for each row: the table is rewritten under ACCESS EXCLUSIVE.",
    safe_way: "add the column without a value, set the default for new rows, and fill the existing ones in batches",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN token uuid DEFAULT gen_random_uuid();",
        good: "ALTER TABLE email ADD COLUMN token uuid;\n\
               ALTER TABLE email ALTER COLUMN token SET DEFAULT gen_random_uuid();\n\
               -- backfill\n\
               UPDATE email SET token = gen_random_uuid() WHERE token IS NULL;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES",
        "https://www.postgresql.org/docs/current/ddl-alter.html#DDL-ALTER-ADDING-A-COLUMN",
    ],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::AddColumn { table, column, .. } = step else { continue };
        if !seen.blocks_with(at, table, &[Work::Rewrite]) {
            continue;
        }
        let name = &column.name;
        let reason = match (&column.generation, &column.default) {
            (Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement), _) => {
                "is numbered row by row".to_string()
            }
            (Some(Generation::Stored(_)), _) => "is computed and stored".to_string(),
            (Some(Generation::Virtual(_)) | None, Some(default)) => {
                format!("has the default {default}, which is worked out for each row")
            }
            (Some(Generation::Virtual(_)) | None, None) => format!("is of type {}", column.ty),
        };
        let finding = found.step(
            at,
            format!("adding `{name}` rewrites all of `{table}` while every read and write waits: it {reason}"),
        );
        if matches!(column.generation, Some(Generation::Stored(_))) {
            finding.safe_way("add a plain column, keep it by a trigger, and fill the old rows in batches");
        }
    }
}

/// Only a plain default can be brought in after the column.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::AddColumn { table, column, constraints, if_not_exists: false }) = seen.steps().get(finding.step?)
    else {
        return None;
    };
    if seen.steps().len() != 1 || column.generation.is_some() || !constraints.is_empty() {
        return None;
    }
    later::filled_column(seen, table, column, column.default.as_ref()?)
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    because(seen, finding, || {
        let [Step::AddColumn { table, column, constraints, if_not_exists }] = seen.steps() else {
            return String::new();
        };
        if *if_not_exists {
            "with IF NOT EXISTS it is not certain that the column is new".to_string()
        } else if !constraints.is_empty() {
            "a constraint comes with the column: add that in a statement of its own".to_string()
        } else if column.generation.is_some() || column.default.is_none() {
            "what it holds is computed by the server, so it cannot be filled afterwards".to_string()
        } else {
            format!("`{table}` has no primary key that batches could go by")
        }
    })
}
