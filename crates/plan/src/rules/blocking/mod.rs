//! Others wait: locks that are held while work is done, and locks that are asked for carelessly.

mod index_blocks_writes;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&index_blocks_writes::RULE];
