//! How a script is run: transactions, timeouts, settings.

mod cannot_run_in_transaction;
mod concurrent_build_under_timeout;
mod nested_transaction;
mod no_lock_timeout;
mod no_statement_timeout;
mod unfinished_transaction;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &cannot_run_in_transaction::RULE,
    &concurrent_build_under_timeout::RULE,
    &nested_transaction::RULE,
    &unfinished_transaction::RULE,
    &no_lock_timeout::RULE,
    &no_statement_timeout::RULE,
];
