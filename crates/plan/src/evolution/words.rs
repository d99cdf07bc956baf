//! What each link of a chain does, for people.

use crate::Change;

use super::dual_write::{DualWrite, Keepers, Kept};

/// The link's changes; what keeps columns in step is told as what it is for.
pub(super) fn of(changes: &[Change], kept: &[(DualWrite, Keepers)]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut made = false;
    for change in changes {
        match keeps(change, kept) {
            Some(comes) => made |= comes,
            None => told.push(change.describe()),
        }
    }
    if made {
        told.extend(kept.iter().flat_map(|(dual, _)| dual.kept.iter().map(|kept| in_step(dual, kept))));
    }
    told
}

fn in_step(dual: &DualWrite, kept: &Kept) -> String {
    let table = &dual.table;
    match kept {
        Kept::Both { old, new } => {
            let names = |sides: &[super::dual_write::Side]| {
                sides.iter().map(|side| format!("`{}`", side.column)).collect::<Vec<_>>().join(", ")
            };
            format!("keep {} and {} of `{table}` in step", names(old), names(new))
        }
        Kept::Filled { column, value } => format!("fill `{table}.{column}` with {value} wherever it would be NULL"),
    }
}

/// Whether the change is of something that keeps columns in step, and whether that comes or goes.
fn keeps(change: &Change, kept: &[(DualWrite, Keepers)]) -> Option<bool> {
    let mut keepers = kept.iter().map(|(_, keepers)| keepers);
    if let Change::CreateTrigger { table, trigger } | Change::DropTrigger { table, trigger } = change {
        let own = |keepers: &Keepers| keepers.triggers.iter().any(|(of, it)| of == table && it.name == trigger.name);
        keepers.any(own).then_some(matches!(change, Change::CreateTrigger { .. }))
    } else if let Change::CreateObject { object } | Change::DropObject { object } = change {
        let own = |keepers: &Keepers| keepers.objects.iter().any(|it| it.id() == object.id());
        keepers.any(own).then_some(matches!(change, Change::CreateObject { .. }))
    } else {
        None
    }
}
