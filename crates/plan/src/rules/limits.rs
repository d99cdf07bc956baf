//! The limits that a session sets to waiting and working.

use crate::review::{Passed, Seen, Touch};

/// What the script, whoever runs it, or the server says. The server is not asked where each statement gets its own limit.
pub(super) fn value(seen: &Seen<'_>, setting: &str) -> Option<String> {
    seen.session().setting(setting).or_else(|| of_server(seen, setting)).map(str::to_string)
}

fn of_server<'a>(seen: &Seen<'a>, setting: &str) -> Option<&'a str> {
    (!seen.session().guards(setting)).then(|| seen.facts().settings.get(setting).map(String::as_str)).flatten()
}

pub(super) fn milliseconds(seen: &Seen<'_>, setting: &str) -> Option<u64> {
    read(&value(seen, setting)?)
}

pub(super) fn is_set(seen: &Seen<'_>, setting: &str) -> bool {
    match milliseconds(seen, setting) {
        Some(limit) => limit > 0,
        None => seen.session().guards(setting),
    }
}

/// Statements of a later file that need a strong lock for a moment, with a limit to the wait where nobody has set one:
/// what this file sets ends with it.
pub(super) fn within(seen: &Seen<'_>, statements: Vec<String>) -> Vec<String> {
    let setting = "lock_timeout";
    let said = seen.session().outside(setting).or_else(|| of_server(seen, setting));
    let is_set = said.and_then(read).is_some_and(|limit| limit > 0);
    let limit = (!is_set && !seen.session().guards(setting)).then(|| "SET LOCAL lock_timeout = '50ms'".to_string());
    limit.into_iter().chain(statements).collect()
}

/// `50ms`, `5 s`, `2min`, or a number of milliseconds.
fn read(text: &str) -> Option<u64> {
    let text = text.trim().trim_matches('\'').trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let factor = match unit.trim() {
        "" | "ms" => 1,
        "us" => return Some(number.div_ceil(1000)),
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(factor)
}

/// Whether the lock makes everyone who reads or writes wait behind it while it waits itself.
pub(super) fn is_strong(touch: &Touch) -> bool {
    touch.blocks_writes()
}

/// Whether a statement before this one asked for such a lock, so that the matter has been told.
pub(super) fn waits(passed: &Passed<'_>, seen: &Seen<'_>) -> bool {
    let old = |touch: &Touch| touch.relation().is_none_or(|name| !seen.is_new(name));
    !passed.only_new && passed.prediction.touches.iter().any(|touch| is_strong(touch) && old(touch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_with_their_units() {
        assert_eq!(["50", "50ms", "'5 s'", "2min", "0"].map(read), [50, 50, 5000, 120_000, 0].map(Some));
        assert_eq!(["soon", "", "5 parsecs"].map(read), [None; 3]);
    }
}
