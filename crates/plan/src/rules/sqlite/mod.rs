//! What only SQLite does.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
