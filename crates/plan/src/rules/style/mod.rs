//! Choices that are cheap to make now and dear to change later.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
