//! Lines of a file that are meant for Whimbrel. What is wrong with them is told by the review itself, which knows what
//! each of them did.

mod allow_without_reason;
mod misread_directive;
mod unknown_rule;
mod unused_allow;

use super::{Found, Rule};
use crate::review::Seen;

pub(super) static RULES: &[&Rule] =
    &[&misread_directive::RULE, &unknown_rule::RULE, &allow_without_reason::RULE, &unused_allow::RULE];

/// Nothing is to be seen in a statement.
fn told_by_the_review(_: &Seen<'_>, _: &mut Found<'_>) {}
