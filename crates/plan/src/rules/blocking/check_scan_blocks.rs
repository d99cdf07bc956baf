use whimbrel_schema::{Constraint, Engine};

use crate::review::{Finding, Fix, Seen, Severity, Work};
use crate::rules::later;
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "check-scan-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a new check is tested on every row while every read and write waits",
    why: "`ADD CONSTRAINT … CHECK` takes ACCESS EXCLUSIVE and keeps it while all rows are read. With NOT VALID it \
          applies only to rows written from now on, and takes no time. `VALIDATE CONSTRAINT`, in a later transaction, \
          reads the rows under SHARE UPDATE EXCLUSIVE, which lets reads and writes go on.",
    safe_way: "add it NOT VALID, then VALIDATE CONSTRAINT in a later transaction",
    example: Example {
        bad: "ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0);",
        good: "ALTER TABLE email ADD CONSTRAINT email_size CHECK (size > 0) NOT VALID;\n\
               -- in a later transaction\n\
               ALTER TABLE email VALIDATE CONSTRAINT email_size;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES"],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |seen, finding| {
            because(seen, finding, || {
                "the name that the server will give the constraint is not certain: name it".to_string()
            })
        },
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for new in seen.new_constraints() {
        let Constraint::Check(check) = new.constraint else { continue };
        if check.validated && seen.blocks_with(new.step, new.table, &[Work::Scan, Work::Rewrite]) {
            let name = check.name.as_ref().map_or_else(|| "a check".to_string(), |name| format!("check `{name}`"));
            let table = new.table;
            found
                .step(new.step, format!("adding {name} reads all of `{table}` while every read and write of it waits"));
        }
    }
}

fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    later::not_valid(seen, finding)
}
