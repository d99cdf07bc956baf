//! Rows, values, and the constraints that keep them right.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
