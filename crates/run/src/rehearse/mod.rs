//! The revisions that are pending, run on a copy before they run where it counts.
//!
//! There is no second executor: what runs on the copy is [`apply`](crate::apply)'s own runner, with a
//! [`Witness`](crate::apply::Witness) that reads a gauge before and after each statement. What comes of it is a
//! [`Rehearsal`], and a [`Receipt`] that binds it to everything that must not have changed when the revisions run
//! where it counts.

mod compare;
mod findings;
mod foretell;
mod gauge;
mod keeping;
mod kill;
mod load;
mod meter;
mod query;
mod receipt;
mod rehearsal;
mod rows;
mod run;
mod shelf;
mod signature;
mod states;
mod tried;

use serde::{Deserialize, Serialize};
use whimbrel_plan::revision::Revision;
use whimbrel_schema::{Engine, fingerprint_of};

pub use gauge::{Fate, Gauge, Reading, RelationKind, RelationReading, Size, TakenLock};
pub use keeping::Keeping;
pub use meter::micros;
pub use query::{Observed, Query, Version};
pub use receipt::{BackupBound, Bound, Now, Receipt, Stale, Summary};
pub use rehearsal::{
    Answer, Asked, Came, Code, Copied, Destroyed, FORMAT, Finding, How, Measured, Preserved, Rehearsal, Rehearsed,
    Severity, Shares, Stopped, TableCompared, Trial, Wait,
};
pub use run::{Connect, RehearseError, Stage, Wanted, rehearse};
pub use shelf::{Shelf, ShelfError};
pub use signature::{Key, KeyError, PublicKey, Signature, Signed};
pub use tried::{Plan, Read, Tried};

/// What a table holds, whatever the order of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub rows: u64,
    /// Comparable between databases of one engine.
    pub hash: String,
}

/// The revisions in the order in which they run, with what they say, as one hash.
pub fn plan_hash(revisions: &[&Revision], engine: Engine) -> String {
    let said: Vec<(&str, &str)> =
        revisions.iter().map(|revision| (revision.id.as_str(), revision.checksum.0.as_str())).collect();
    fingerprint_of(&(engine.title(), said)).0
}
