//! Others wait: locks that are held while work is done, and locks that are asked for carelessly.

mod attach_scans;
mod backfill_with_schema_change;
mod blocks_for_long;
mod check_scan_blocks;
mod computed_column_rewrites;
mod detach_blocks;
mod domain_check_scans;
mod drop_index_blocks;
mod drop_locks_parent;
mod exclusion_blocks;
mod explicit_lock;
mod foreign_key_blocks_writes;
mod index_blocks_writes;
mod locks_pile_up;
mod new_column_rewrites;
mod not_null_scan_blocks;
mod partition_locks_parent;
mod primary_key_blocks;
mod refresh_blocks_reads;
mod reindex_blocks;
mod rewrite_command_blocks;
mod storage_change_rewrites;
mod type_change_rewrites;
mod type_change_scans;
mod unbatched_change;
mod unique_blocks;
mod validate_under_lock;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &index_blocks_writes::RULE,
    &drop_index_blocks::RULE,
    &unique_blocks::RULE,
    &primary_key_blocks::RULE,
    &exclusion_blocks::RULE,
    &foreign_key_blocks_writes::RULE,
    &check_scan_blocks::RULE,
    &not_null_scan_blocks::RULE,
    &type_change_rewrites::RULE,
    &type_change_scans::RULE,
    &new_column_rewrites::RULE,
    &computed_column_rewrites::RULE,
    &storage_change_rewrites::RULE,
    &rewrite_command_blocks::RULE,
    &reindex_blocks::RULE,
    &refresh_blocks_reads::RULE,
    &attach_scans::RULE,
    &detach_blocks::RULE,
    &partition_locks_parent::RULE,
    &domain_check_scans::RULE,
    &unbatched_change::RULE,
    &explicit_lock::RULE,
    &drop_locks_parent::RULE,
    &validate_under_lock::RULE,
    &backfill_with_schema_change::RULE,
    &locks_pile_up::RULE,
    &blocks_for_long::RULE,
];
