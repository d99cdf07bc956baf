//! What only SQLite does.

mod add_column_refused;
mod alter_needs_newer_sqlite;
mod alter_refused;
mod around;
mod autoincrement_costs;
mod copy_mixes_columns;
mod driver_commits_ddl;
mod drop_acts_on_children;
mod int_key_is_no_rowid;
mod leaves_references_broken;
mod long_write_lock;
mod pragma_ignored;
mod quoted_name_is_text;
mod rebuild_forgets_column;
mod rebuild_in_wrong_order;
mod rebuild_loses_indexes;
mod table_not_strict;
mod type_means_another;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &drop_acts_on_children::RULE,
    &rebuild_forgets_column::RULE,
    &copy_mixes_columns::RULE,
    &rebuild_in_wrong_order::RULE,
    &leaves_references_broken::RULE,
    &rebuild_loses_indexes::RULE,
    &pragma_ignored::RULE,
    &alter_needs_newer_sqlite::RULE,
    &add_column_refused::RULE,
    &alter_refused::RULE,
    &long_write_lock::RULE,
    &driver_commits_ddl::RULE,
    &int_key_is_no_rowid::RULE,
    &type_means_another::RULE,
    &quoted_name_is_text::RULE,
    &autoincrement_costs::RULE,
    &table_not_strict::RULE,
];
