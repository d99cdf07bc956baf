//! The numbers of one column become those of another.
//!
//! A serial's sequence is a thing of its own and goes over as it is, with its name and its grants. That of an identity
//! belongs to its column: it ends with the old one's, and another begins where it stood. What was given out is given out
//! to nobody again, whatever rows are there.

use whimbrel_plan::{Amendment, SequenceChange, Step};
use whimbrel_schema::{Column, Expression, Generation, ObjectName, Pair};

use super::quote::literal;
use super::render;

/// A setting of the session, in which the last number waits.
const LAST: &str = "whimbrel.last_number";

pub(super) fn steps(table: &ObjectName, columns: Pair<&Column>) -> Option<Vec<(Step, Option<String>)>> {
    match (&columns.from.generation, &columns.to.generation) {
        (Some(Generation::Serial { sequence }), Some(Generation::Serial { .. })) => {
            Some(serial(table, columns, sequence).into_iter().map(|step| (step, None)).collect())
        }
        (Some(Generation::Identity(_)), Some(Generation::Identity(_))) => Some(identity(table, columns)),
        (
            Some(
                Generation::Serial { .. }
                | Generation::Identity(_)
                | Generation::Stored(_)
                | Generation::Virtual(_)
                | Generation::AutoIncrement,
            )
            | None,
            _,
        ) => None,
    }
}

fn serial(table: &ObjectName, columns: Pair<&Column>, sequence: &ObjectName) -> Vec<Step> {
    let default = |column: &Column, to| Step::SetDefault { table: table.clone(), column: column.name.clone(), to };
    let next = format!("nextval({}::regclass)", literal(&render::name(sequence)));
    let moved = Amendment::Sequence {
        name: sequence.clone(),
        ty: Some(columns.to.ty.clone()),
        numbers: SequenceChange::default(),
        owned_by: Some(Some((table.clone(), columns.to.name.clone()))),
    };
    vec![default(columns.from, None), Step::Amend(Box::new(moved)), default(columns.to, Some(Expression::new(next)))]
}

fn identity(table: &ObjectName, columns: Pair<&Column>) -> Vec<(Step, Option<String>)> {
    let Pair { from, to } = columns;
    let sequence = |column: &Column| {
        let (table, column) = (literal(&render::name(table)), literal(&column.name));
        format!("pg_get_serial_sequence({table}, {column})::regclass")
    };
    let generation =
        |column: &Column, to| Step::SetGeneration { table: table.clone(), column: column.name.clone(), to };
    let inert = |what: &str| Step::Inert { what: what.to_string() };
    let own = sequence(from);
    let remember =
        format!("SELECT set_config('{LAST}', coalesce(pg_sequence_last_value({own}), nextval({own}))::text, false)");
    let go_on = format!("SELECT setval({}, current_setting('{LAST}')::bigint)", sequence(to));
    let mut steps = vec![(inert("remember the last number"), Some(remember)), (generation(from, None), None)];
    if let Some(Generation::Identity(identity)) = &to.generation {
        let made = render::made_identity(table, to, identity);
        steps.push((generation(to, to.generation.clone()), Some(made)));
    }
    steps.push((inert("go on behind it"), Some(go_on)));
    steps
}
