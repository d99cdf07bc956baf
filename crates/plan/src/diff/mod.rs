//! What differs between two schemas.
//!
//! Linear in tables: both sides are walked once, side by side. Column order is not a difference: no engine can change
//! it without making the table anew, and nothing that names its columns depends on it.

mod column;
mod comment;
mod constraint;
mod doubt;
mod index;
mod object;
mod options;
mod scope;
mod table;
mod trigger;

use whimbrel_schema::{Pair, Schema};

pub(crate) use constraint::same_constraint;
pub use doubt::in_doubt;
pub(crate) use index::{same_index, same_key};
pub(crate) use object::same_view;
pub(crate) use options::keep_what_is_not_said;
pub use scope::{DiffOptions, Scope};
pub(crate) use trigger::same_definition;

use crate::{Change, Dialect};

/// What has to change so that `from` becomes `to`. Renames are not seen here: somebody has to say them.
///
/// Expressions whose texts differ are taken as different unless the dialect is certain of the contrary; see
/// [`in_doubt`].
pub fn diff(schemas: Pair<&Schema>, dialect: &dyn Dialect, options: &DiffOptions) -> Vec<Change> {
    let mut changes = Vec::new();
    object::diff(schemas, dialect, options, &mut changes);
    table::diff(schemas, dialect, options, &mut changes);
    changes
}
