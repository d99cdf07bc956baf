use whimbrel_schema::{Constraint, Engine, IndexTarget};

use crate::Step;
use crate::review::{Finding, Fix, Seen, Severity};
use crate::rules::later;
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "primary-key-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a primary key builds its index, or checks for NULL, while every read and write waits",
    why: "`ADD PRIMARY KEY` takes ACCESS EXCLUSIVE and keeps it while the index is built and, where a column may still \
          be NULL, while every row is read. With an index that was built CONCURRENTLY and columns that are NOT NULL \
          already, `ADD PRIMARY KEY USING INDEX` takes no time.",
    safe_way: "make the columns NOT NULL first, build a unique index CONCURRENTLY, then add the key USING INDEX",
    example: Example {
        bad: "ALTER TABLE email ADD PRIMARY KEY (id);",
        good: "CREATE UNIQUE INDEX CONCURRENTLY email_pkey ON email (id);\n\
               ALTER TABLE email ADD CONSTRAINT email_pkey PRIMARY KEY USING INDEX email_pkey;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX",
    ],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal: later::no_index_to_use }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for new in seen.new_constraints() {
        let Constraint::PrimaryKey(_) = new.constraint else { continue };
        let table = new.table;
        if !seen.blocks_for_long(new.step, table) {
            continue;
        }
        if new.using_index.is_none() {
            let message =
                format!("adding a primary key blocks every read and write of `{table}` while its index builds");
            found.step(new.step, message);
        } else {
            let message =
                format!("adding a primary key reads all of `{table}` for NULL while every read and write waits");
            let finding = found.step(new.step, message);
            finding.safe_way("make the columns NOT NULL first, by way of a validated check");
        }
    }
}

fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let [Step::AddConstraint { table, using_index: Some(index), .. }] = seen.steps() else {
        return later::using_index(seen, finding);
    };
    let index = seen.table(table)?.indexes.iter().find(|it| it.name == *index)?;
    let columns: Option<Vec<String>> = index
        .keys
        .iter()
        .map(|key| match &key.target {
            IndexTarget::Column(name) => Some(name.clone()),
            IndexTarget::Expression(_) => None,
        })
        .collect();
    later::key_after_not_null(seen, table, &columns?)
}
