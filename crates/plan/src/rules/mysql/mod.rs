//! What only MySQL and MariaDB do.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
