//! Choices that are cheap to make now and dear to change later.

mod assigned_twice;
mod cannot_run_again;
mod columns;
mod domain_with_constraint;
mod enum_type;
mod fixed_length_char;
mod integer_primary_key;
mod json_without_equality;
mod length_limit;
mod name_too_long;
mod name_without_schema;
mod one_alter_would_do;
mod serial_column;
mod small_integer_column;
mod table_without_primary_key;
mod timestamp_without_time_zone;
mod wide_index;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &assigned_twice::RULE,
    &name_too_long::RULE,
    &integer_primary_key::RULE,
    &json_without_equality::RULE,
    &timestamp_without_time_zone::RULE,
    &fixed_length_char::RULE,
    &serial_column::RULE,
    &table_without_primary_key::RULE,
    &domain_with_constraint::RULE,
    &length_limit::RULE,
    &small_integer_column::RULE,
    &wide_index::RULE,
    &enum_type::RULE,
    &name_without_schema::RULE,
    &cannot_run_again::RULE,
    &one_alter_would_do::RULE,
];
