use whimbrel_schema::{ObjectName, Pair, TableOptions};

use super::Items;
use crate::order::Rank;
use crate::{Amendment, Step};

pub(super) fn steps(table: &ObjectName, options: &Pair<TableOptions>, items: &mut Items) {
    let Pair { from, to } = options;
    if from.partition_of != to.partition_of {
        if let Some(old) = &from.partition_of {
            let step =
                Step::DetachPartition { parent: old.parent.clone(), partition: table.clone(), concurrently: false };
            items.on(Rank::DropConstraint, table, step);
        }
        if let Some(new) = &to.partition_of {
            let step = Step::AttachPartition {
                parent: new.parent.clone(),
                partition: table.clone(),
                bound: new.bound.clone(),
            };
            items.on(Rank::RenameWithin, table, step);
        }
    }
    for parent in from.inherits.iter().filter(|parent| !to.inherits.contains(parent)) {
        items.on(Rank::DropConstraint, table, inherit(table, parent, false));
    }
    for parent in to.inherits.iter().filter(|parent| !from.inherits.contains(parent)) {
        items.on(Rank::RenameWithin, table, inherit(table, parent, true));
    }
    let rest = TableOptions { partition_of: to.partition_of.clone(), inherits: to.inherits.clone(), ..from.clone() };
    if rest != *to {
        let step = Step::SetTableOptions { table: table.clone(), to: Box::new(to.clone()) };
        items.on(Rank::TableOptions, table, step);
    }
}

fn inherit(table: &ObjectName, parent: &ObjectName, inherits: bool) -> Step {
    Step::Amend(Box::new(Amendment::Inherit { table: table.clone(), parent: parent.clone(), inherits }))
}
