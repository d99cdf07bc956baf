//! SQL in files and in texts of code, read by its tables, their aliases and scopes.
//!
//! It is no engine's grammar: what is half a statement, has places that something is put into, or is of a dialect that
//! nobody here reads, is searched all the same. What stays open then is said by how certain a place is.

mod gives;
mod judge;
mod read;
mod scope;
mod sources;
mod token;

use std::ops::Range;

use super::names::Names;
use super::{Certainty, Finder, Why};

pub(super) type Place = (Range<usize>, Certainty, Why);

/// A whole text of SQL.
pub(super) fn find(finder: &mut Finder<'_>) {
    for (span, certainty, why) in scan(finder.text, finder.names) {
        finder.add(span, certainty, why);
    }
}

/// The places in a text of SQL.
pub(super) fn scan(text: &str, names: &Names) -> Vec<Place> {
    read::places(text, &token::tokens(text), names)
}

/// Whether a text within code is SQL, by how it begins.
pub(super) fn is_sql(text: &str) -> bool {
    const BEGINNINGS: [&str; 16] = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE", "CREATE", "ALTER", "DROP", "TRUNCATE", "COPY",
        "EXPLAIN", "REPLACE", "LOCK", "REFRESH", "COMMENT",
    ];
    let text = without_comments(text).trim_start_matches('(').trim_start();
    let word = text.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    BEGINNINGS.iter().any(|it| it.eq_ignore_ascii_case(word))
        && text.get(word.len()..).is_some_and(|rest| {
            rest.trim_start().starts_with(|it: char| it.is_alphanumeric() || "*\"`[({'$:?%_\\".contains(it))
        })
}

/// From the first word on.
fn without_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let behind = match (rest.strip_prefix("--"), rest.strip_prefix("/*")) {
            (Some(comment), _) => comment.find('\n').map(|at| &comment[at..]),
            (None, Some(comment)) => comment.find("*/").map(|at| &comment[at + 2..]),
            (None, None) => return rest,
        };
        let Some(behind) = behind else { return "" };
        rest = behind.trim_start();
    }
}
