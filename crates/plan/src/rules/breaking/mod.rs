//! Code that runs now stops working.

mod breaks_dependents;
mod breaks_prepared_statements;
mod drop_breaks_code;
mod drop_default_breaks_inserts;
mod nullable_surprises_readers;
mod opens_to_everyone;
mod rename_breaks_code;
mod rename_column_breaks_queries;
mod rename_enum_value_breaks_code;
mod rename_table_breaks_queries;
mod revoke_breaks_code;
mod row_security_ends;
mod row_security_hides_rows;
mod stood_in;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &rename_column_breaks_queries::RULE,
    &rename_table_breaks_queries::RULE,
    &rename_breaks_code::RULE,
    &rename_enum_value_breaks_code::RULE,
    &drop_breaks_code::RULE,
    &breaks_dependents::RULE,
    &drop_default_breaks_inserts::RULE,
    &row_security_hides_rows::RULE,
    &row_security_ends::RULE,
    &opens_to_everyone::RULE,
    &revoke_breaks_code::RULE,
    &nullable_surprises_readers::RULE,
    &breaks_prepared_statements::RULE,
];
