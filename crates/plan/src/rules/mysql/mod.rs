//! What only MySQL and MariaDB do.

mod algorithm_not_asked;
mod charset_conversion;
mod check_not_validated;
mod copy_blocks_writes;
mod defined;
mod engine_without_transactions;
mod enum_values_move;
mod foreign_key_checks_off;
mod implicit_commit;
mod inexact_number;
mod instant_default_is_one_value;
mod metadata_lock_queue;
mod modify_forgets;
mod not_null_fills_zeros;
mod reference_ignored;
mod three_byte_utf8;
mod zero_date;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &instant_default_is_one_value::RULE,
    &not_null_fills_zeros::RULE,
    &check_not_validated::RULE,
    &foreign_key_checks_off::RULE,
    &modify_forgets::RULE,
    &enum_values_move::RULE,
    &charset_conversion::RULE,
    &reference_ignored::RULE,
    &implicit_commit::RULE,
    &copy_blocks_writes::RULE,
    &metadata_lock_queue::RULE,
    &algorithm_not_asked::RULE,
    &engine_without_transactions::RULE,
    &three_byte_utf8::RULE,
    &zero_date::RULE,
    &inexact_number::RULE,
];
