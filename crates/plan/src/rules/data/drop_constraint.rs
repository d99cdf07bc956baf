use whimbrel_schema::{Column, Engine, Expression, ObjectName, Pair};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::later::says_not_null;
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-constraint",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a constraint that protects the data is dropped",
    why: "Once a foreign key, unique constraint, primary key or check is gone, rows that violate it can come in, and \
          it cannot be restored until they have been cleaned up.",
    safe_way: "drop it only together with whatever makes it unnecessary, and say why",
    example: Example {
        bad: "ALTER TABLE email DROP CONSTRAINT email_account_id_fkey;",
        good: "-- where rows came in the wrong order\n\
               ALTER TABLE email ALTER CONSTRAINT email_account_id_fkey DEFERRABLE;",
    },
    sources: &["https://www.postgresql.org/docs/current/ddl-constraints.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropConstraint { table, name, .. } = step else { continue };
        if seen.is_new(table) || is_needless(seen, at, table, name) {
            continue;
        }
        let constraint = seen
            .table(table)
            .and_then(|table| table.constraints().into_iter().find(|constraint| constraint.name() == Some(name)));
        let kind = constraint.map_or_else(|| "constraint".to_string(), |constraint| constraint.kind().to_string());
        found.step(at, format!("drops {kind} `{name}`, so `{table}` can get rows that break it"));
    }
}

/// A check that a NOT NULL of the column or the bound of the partition makes needless, or one that comes back in the same statement or transaction.
fn is_needless(seen: &Seen<'_>, at: usize, table: &ObjectName, name: &str) -> bool {
    let later = seen.steps().iter().skip(at + 1).any(|step| step.adds_constraint(table, name));
    let Some(known) = seen.table(table) else { return later };
    let missing = !known.constraints().iter().any(|constraint| constraint.name() == Some(name));
    if missing && seen.at.complete && seen.says(&["IF", "EXISTS"]) {
        return true;
    }
    let Some(check) = known.checks.iter().find(|check| check.name.as_deref() == Some(name)) else { return later };
    let made = |column: &str| {
        seen.steps().iter().any(|step| {
            matches!(step, Step::SetNullable { table: other, column: set, nullable: false } if other == table && set == column)
        })
    };
    let proves = |column: &Column| {
        (!column.nullable || made(&column.name)) && says_not_null(check.expression.text(), &column.name)
    };
    let bound = known.options.partition_of.as_ref().and_then(|of| {
        let says = seen.dialect.bound_as_check(seen.table(&of.parent)?, &of.bound)?;
        Some(seen.dialect.same_expression(Pair::new(&check.expression, &Expression::new(says))))
    });
    later || !check.enforced || known.columns.iter().any(proves) || bound.unwrap_or_default()
}
