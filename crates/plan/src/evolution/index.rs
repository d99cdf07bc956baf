use whimbrel_schema::{Expression, Index, IndexTarget, ObjectName, Pair};

use super::middle::Middle;

/// An index comes with the expand, unless rows that old code writes could break it.
pub(super) fn create(middle: &mut Middle<'_>, table: &ObjectName, index: &Index) {
    let columns = columns(middle, table, index);
    if index.unique && !middle.all_new(table, &columns) {
        remove(middle, table, &index.name);
    }
}

/// Old code's queries, and its `ON CONFLICT`, go on finding it.
pub(super) fn drop(middle: &mut Middle<'_>, table: &ObjectName, index: &Index) {
    if let Some(found) = middle.table(table) {
        found.indexes.push(index.clone());
    }
}

pub(super) fn alter(middle: &mut Middle<'_>, table: &ObjectName, index: &Pair<Index>) {
    let Pair { from, to } = index;
    let tightened = to.unique && (!from.unique || from.keys != to.keys || from.predicate != to.predicate);
    let reads_dropped = columns(middle, table, from).iter().any(|column| middle.is_dropped(table, column));
    if from.name == to.name && from.valid && (tightened || reads_dropped) {
        remove(middle, table, &to.name);
        drop(middle, table, from);
    }
}

fn remove(middle: &mut Middle<'_>, table: &ObjectName, name: &str) {
    if let Some(found) = middle.table(table) {
        found.indexes.retain(|index| index.name != name);
    }
}

/// Every column that the index reads.
fn columns(middle: &Middle<'_>, table: &ObjectName, index: &Index) -> Vec<String> {
    let text = |text: &Expression| middle.columns_in(table, text);
    let keys = index.keys.iter().flat_map(|key| match &key.target {
        IndexTarget::Column(column) => vec![column.clone()],
        IndexTarget::Expression(expression) => text(expression),
    });
    let predicate = index.predicate.iter().flat_map(text);
    keys.chain(index.include.iter().cloned()).chain(predicate).collect()
}
