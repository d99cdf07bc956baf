//! How a script is run: transactions, timeouts, settings.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
