use whimbrel_schema::{Column, ObjectName};

use super::alter_column::is_computed;
use super::{Items, Planned, Setting, Way};
use crate::Step;
use crate::order::Rank;

pub(super) fn steps(setting: &Setting<'_>, table: &ObjectName, column: &Column, items: &mut Items) {
    let step = Step::DropColumn { table: table.clone(), column: column.name.clone(), if_exists: false, cascade: false };
    // What another column holds as well can come back.
    let elsewhere = setting.known.restores.contains_key(&(table.clone(), column.name.clone()));
    let planned = match setting.way {
        Way::Upgrade if column.generation.is_none() && !elsewhere => {
            let become_of_them = if setting.keeps() { "go, and are kept for the downgrade" } else { "are lost" };
            Planned::from(step).noted(format!("the values of `{table}.{}` {become_of_them}", column.name))
        }
        Way::Upgrade | Way::Downgrade => step.into(),
    };
    items.on(if is_computed(column) { Rank::DropGeneratedColumn } else { Rank::DropColumn }, table, planned);
}
