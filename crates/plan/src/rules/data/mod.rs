//! Rows, values, and the constraints that keep them right.

mod cascade_drops_more;
mod delete_everything;
mod deletes_elsewhere;
mod depends_on_setting;
mod disables_trigger;
mod does_nothing;
mod drop_column;
mod drop_constraint;
mod drop_database;
mod drop_schema;
mod drop_table;
mod enum_order_not_said;
mod enum_value_used_too_early;
mod foreign_key_missing;
mod foreign_key_without_index;
mod if_not_exists_hides_invalid_index;
mod required_column;
mod statement_fails;
mod truncate;
mod type_narrows;
mod unique_fails_on_duplicates;
mod unlogged_loses_rows;
mod unsupported;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &drop_table::RULE,
    &drop_column::RULE,
    &drop_schema::RULE,
    &drop_database::RULE,
    &truncate::RULE,
    &delete_everything::RULE,
    &cascade_drops_more::RULE,
    &deletes_elsewhere::RULE,
    &unlogged_loses_rows::RULE,
    &drop_constraint::RULE,
    &disables_trigger::RULE,
    &type_narrows::RULE,
    &depends_on_setting::RULE,
    &required_column::RULE,
    &enum_value_used_too_early::RULE,
    &if_not_exists_hides_invalid_index::RULE,
    &does_nothing::RULE,
    &unsupported::RULE,
    &unique_fails_on_duplicates::RULE,
    &statement_fails::RULE,
    &enum_order_not_said::RULE,
    &foreign_key_missing::RULE,
    &foreign_key_without_index::RULE,
];
