//! Every statement of a script judged: what it does to a live system, what is dangerous about it, and the safe way.
//!
//! Scripts are read in the order in which they run. The schema that they build up is folded alongside, so that a rule
//! knows what a statement meets; what an engine does with it is predicted by the engine's room; what that means is said
//! by the [rules](crate::rules).

mod absent;
mod births;
mod config;
mod copied;
pub mod estimate;
mod facts;
mod finding;
mod fixing;
mod prediction;
mod reviewed;
mod reviewer;
mod script;
mod seen;
mod session;
pub mod words;

pub use births::Births;
pub use config::Config;
pub use copied::{Copied, Rebuild};
pub use facts::{Facts, Part, TableFacts};
pub use finding::{About, Edit, Finding, Fix, Followup, Severity, Verdict};
pub use fixing::{Fixed, Look, Looked, Refused, Taken, edited, fix};
pub use prediction::{
    Blocks, Circumstances, Danger, Extent, Held, Lock, Misread, Prediction, Told, Touch, Touched, Undo, Work,
};
pub use reviewed::{Judged, Review, Reviewed};
pub use reviewer::Reviewer;
pub use script::{Script, ScriptStatement};
pub use seen::{NewConstraint, Passed, Seen};
pub use session::Session;
