//! Changes of rows: which rows are locked, and until when.

use whimbrel_plan::DataChange;
use whimbrel_plan::review::{Blocks, Circumstances, Extent, Held, Lock, Prediction, Touch, Touched, Undo, Work};
use whimbrel_schema::{IndexTarget, ObjectName, Table};

use super::super::naming::same;
use super::super::statement::{Data, Rows};

pub(super) fn predict(data: &Data, at: &Circumstances<'_>) -> Prediction {
    let mut prediction = Prediction::default();
    for table in &data.tables {
        let extent = match &data.rows {
            Rows::Known(extent) => *extent,
            Rows::Of(columns) => match at.before.table(table).filter(|_| at.certain) {
                Some(found) if has_key_among(found, columns) => Extent::Listed,
                Some(_) | None => Extent::Found,
            },
        };
        prediction.touches.push(touch(table, data.change, extent));
    }
    for table in &data.reads {
        // Rows that a change reads from elsewhere are locked against writers, unless the isolation is READ COMMITTED.
        let lock = Lock::new("shared row locks", Blocks::Writes, Held::Transaction);
        let on = Touched::Relation(table.clone());
        prediction.touches.push(Touch { step: 0, on, lock, work: vec![Work::Scan] });
    }
    prediction.undo = match data.change {
        DataChange::Insert => Undo::Free,
        DataChange::Update | DataChange::Delete | DataChange::Truncate | DataChange::Merge => Undo::LosesData,
    };
    prediction
}

fn touch(table: &ObjectName, change: DataChange, extent: Extent) -> Touch {
    // InnoDB locks every row that it looks at, and the gaps between them.
    let blocks = match (change, extent) {
        (DataChange::Insert, _) | (_, Extent::Listed) => Blocks::SchemaChanges,
        (_, Extent::Found | Extent::All) => Blocks::Writes,
    };
    let lock = Lock::new("row locks", blocks, Held::Transaction);
    Touch { step: 0, on: Touched::Relation(table.clone()), lock, work: vec![Work::ChangeRows(extent)] }
}

/// Whether the columns are all of the primary key or of a unique index, so that each list finds one row.
fn has_key_among(table: &Table, columns: &[String]) -> bool {
    let listed = |name: &String| columns.iter().any(|it| same(it, name));
    let primary = table.primary_key.as_ref().is_some_and(|key| key.columns.iter().all(listed));
    primary
        || table.indexes.iter().filter(|index| index.unique).any(|index| {
            index.keys.iter().all(|key| match &key.target {
                IndexTarget::Column(name) => listed(name),
                IndexTarget::Expression(_) => false,
            })
        })
}
