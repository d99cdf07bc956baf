use whimbrel_schema::{ObjectName, Pair, Trigger};

use super::middle::Middle;

/// What a trigger does for old code, it does until the contract.
pub(super) fn drop(middle: &mut Middle<'_>, table: &ObjectName, trigger: &Trigger) {
    if let Some(found) = middle.table(table) {
        found.triggers.push(trigger.clone());
    }
}

pub(super) fn alter(middle: &mut Middle<'_>, table: &ObjectName, trigger: &Pair<Trigger>) {
    if !middle.mentions_dropped(&trigger.from.definition) {
        return;
    }
    if let Some(found) = middle.table(table) {
        found.triggers.retain(|candidate| candidate.name != trigger.to.name);
        found.triggers.push(trigger.from.clone());
    }
}
