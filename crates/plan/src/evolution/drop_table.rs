use whimbrel_schema::{Action, ForeignKey, Table};

use super::middle::Middle;

/// The table stays until the contract. A foreign key of it that would keep new code from deleting rows goes at once.
pub(super) fn apply(middle: &mut Middle<'_>, table: &Table) {
    let mut kept = table.clone();
    kept.foreign_keys.retain(|key| lets_go(key) || middle.to.table(&key.references).is_none());
    middle.schema.insert_table(kept);
}

/// Whether rows that are referenced can be deleted by code that does not know of the reference.
pub(super) fn lets_go(key: &ForeignKey) -> bool {
    match key.on_delete {
        Action::NoAction | Action::Restrict => false,
        Action::Cascade | Action::SetNull | Action::SetDefault => true,
    }
}
