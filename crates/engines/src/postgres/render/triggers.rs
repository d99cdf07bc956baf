use whimbrel_schema::{ObjectName, Trigger};

use super::name;
use crate::postgres::quote::quote;

pub(super) fn create(table: &ObjectName, trigger: &Trigger) -> Vec<String> {
    let mut statements = vec![trigger.definition.clone()];
    if !trigger.enabled {
        statements.push(enable(table, &trigger.name, false));
    }
    statements
}

pub(super) fn enable(table: &ObjectName, trigger: &str, enabled: bool) -> String {
    let word = if enabled { "ENABLE" } else { "DISABLE" };
    format!("ALTER TABLE {} {word} TRIGGER {}", name(table), quote(trigger))
}
