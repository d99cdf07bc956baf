use whimbrel_schema::{ObjectName, Pair, Trigger};

use super::{Items, Setting};
use crate::Step;
use crate::diff::same_definition;
use crate::order::Rank;

pub(super) fn create(table: &ObjectName, trigger: &Trigger, items: &mut Items) {
    let made = Trigger { comment: None, enabled: true, ..trigger.clone() };
    items.on(Rank::CreateTrigger, table, Step::CreateTrigger { table: table.clone(), trigger: Box::new(made) });
    if !trigger.enabled {
        items.on(Rank::CreateTrigger, table, set_enabled(table, trigger));
    }
}

pub(super) fn drop(table: &ObjectName, trigger: &Trigger, items: &mut Items) {
    let step = Step::DropTrigger { table: Some(table.clone()), name: trigger.name.clone(), if_exists: false };
    items.on(Rank::DropTrigger, table, step);
}

pub(super) fn alter(setting: &Setting<'_>, table: &ObjectName, trigger: &Pair<Trigger>, items: &mut Items) {
    if same_definition(trigger.as_ref(), setting.dialect) {
        items.on(Rank::CreateTrigger, table, set_enabled(table, &trigger.to));
    } else {
        drop(table, &trigger.from, items);
        create(table, &trigger.to, items);
    }
}

fn set_enabled(table: &ObjectName, trigger: &Trigger) -> Step {
    Step::SetTriggerEnabled { table: table.clone(), name: trigger.name.clone(), enabled: trigger.enabled }
}
