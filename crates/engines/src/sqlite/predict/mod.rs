//! What a statement does to a live system: from how the engine works, not from a list of statements.

use whimbrel_plan::Understanding;
use whimbrel_plan::review::{Circumstances, Prediction};

pub(super) fn predict(_statement: &str, _understanding: &Understanding, _at: &Circumstances<'_>) -> Prediction {
    Prediction::worst()
}
