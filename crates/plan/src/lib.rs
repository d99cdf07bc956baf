//! Everything that Whimbrel decides before a database is touched.
//!
//! Values in, values out: two schemas become changes, changes become steps, steps become statements, statements become
//! revisions; revisions, folded, become a schema again. There is no I/O here, no clock, no async and no engine by name:
//! what differs between engines is asked of a [`Dialect`].

mod affected;
mod amendment;
pub mod autogenerate;
pub mod backfill;
mod change;
mod choices;
mod constraint_index;
mod dialect;
pub mod diff;
pub mod evolution;
pub mod fold;
pub mod guard;
pub mod history;
pub mod keep;
mod ops;
mod order;
mod question;
pub mod review;
pub mod revision;
pub mod rules;
mod step;
mod words;

pub use affected::{Affected, affected, destroyed};
pub use amendment::{Absent, Amendment, DomainChange, RowSecurityChange, SequenceChange};
pub use change::Change;
pub use choices::{ChoiceError, Choices, Rename, object_name};
pub use dialect::{Cast, Dialect, How, NewRelation, RenderError, StandIn, Understanding};
pub use question::Question;
pub use step::{CommentTarget, DataChange, EnumPosition, Step};
