use whimbrel_schema::{Constraint, Engine};

use crate::Step;
use crate::review::{Finding, Fix, Seen, Severity};
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule, later};

pub(super) static RULE: Rule = Rule {
    id: "required-column",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a required column without a default is added to a table that has rows",
    why: "The server has nothing to put into the existing rows and refuses. If the table is empty it is not refused, \
          but code that does not know the column yet can no longer insert.",
    safe_way: "add it nullable or with a default, fill it in batches, then make it NOT NULL through a validated check",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN state text NOT NULL;",
        good: "ALTER TABLE email ADD COLUMN state text NOT NULL DEFAULT 'new';",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-COLUMN"],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |seen, finding| {
            because(seen, finding, || {
                "with a constraint or IF NOT EXISTS it is not rewritten: add the column alone".to_string()
            })
        },
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::AddColumn { table, column, constraints, .. } = step else { continue };
        let required = !column.nullable || constraints.iter().any(|it| matches!(it, Constraint::PrimaryKey(_)));
        if required && column.default.is_none() && column.generation.is_none() && !seen.is_new(table) {
            let name = &column.name;
            let finding = found
                .step(at, format!("adding `{name}` fails if `{table}` has rows: it is required and has no default"));
            finding.label("and code that does not know it can no longer insert");
        }
    }
}

fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    let [Step::AddColumn { table, column, constraints, if_not_exists: false }] = seen.steps() else { return None };
    constraints.is_empty().then(|| later::required_later(seen, table, column)).flatten()
}
