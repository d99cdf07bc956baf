//! What a statement does to a live system: from how the engine works, not from a list of statements.

use whimbrel_plan::review::{Blocks, Circumstances, Held, Lock, Prediction, Touch, Touched, Undo, Work};
use whimbrel_plan::{Step, Understanding};

pub(super) fn predict(_statement: &str, understanding: &Understanding, _at: &Circumstances<'_>) -> Prediction {
    let Understanding::Known { steps, .. } = understanding else { return Prediction::worst() };
    match steps.as_slice() {
        [Step::CreateIndex { table, concurrently, .. }] => {
            let lock = match concurrently {
                true => Lock::new("SHARE UPDATE EXCLUSIVE", Blocks::SchemaChanges, Held::Statement),
                false => Lock::new("SHARE", Blocks::Writes, Held::Transaction),
            };
            let on = Touched::Relation(table.clone());
            let touch = Touch { step: 0, on, lock, work: vec![Work::BuildIndex] };
            Prediction { touches: vec![touch], dangers: Vec::new(), undo: Undo::Free }
        }
        _ => Prediction::worst(),
    }
}
