use whimbrel_schema::{Expression, ObjectName, Pair, Trigger};

use super::DiffOptions;
use crate::{Change, Dialect};

pub(super) fn diff(
    table: &ObjectName,
    triggers: Pair<&Vec<Trigger>>,
    dialect: &dyn Dialect,
    options: &DiffOptions,
    changes: &mut Vec<Change>,
) {
    let engine = dialect.engine();
    let find = |among: &[Trigger], name: &str| among.iter().position(|it| engine.same_name(&it.name, name));
    for from in triggers.from {
        if find(triggers.to, &from.name).is_none() && options.scope.speaks_for_details() {
            changes.push(Change::DropTrigger { table: table.clone(), trigger: Box::new(from.clone()) });
        }
    }
    for to in triggers.to {
        match find(triggers.from, &to.name).and_then(|at| triggers.from.get(at)) {
            None => changes.push(Change::CreateTrigger { table: table.clone(), trigger: Box::new(to.clone()) }),
            Some(from) if from.enabled != to.enabled || !same_definition(Pair::new(from, to), dialect) => {
                let pair = Pair::new(from.clone(), to.clone());
                changes.push(Change::AlterTrigger { table: table.clone(), trigger: Box::new(pair) });
            }
            Some(_) => {}
        }
    }
}

pub(crate) fn same_definition(triggers: Pair<&Trigger>, dialect: &dyn Dialect) -> bool {
    let text = |trigger: &Trigger| Expression::new(trigger.definition.as_str());
    triggers.from.definition == triggers.to.definition
        || dialect.same_expression(Pair::new(&text(triggers.from), &text(triggers.to)))
}
