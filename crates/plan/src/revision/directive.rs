use serde::{Deserialize, Serialize};

/// A comment that Whimbrel acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Directive {
    /// `-- transaction: none`: the statement below shares no transaction with its neighbours.
    NoTransaction,
    /// `-- backfill`: the `UPDATE` below runs in batches.
    Backfill,
    /// `-- question: …`: what was guessed and waits for a person.
    Question(String),
    /// `-- whimbrel: allow rule, because reason`: a finding that a person accepted.
    Allow(Allow),
}

/// A finding that a person accepted on one statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allow {
    pub rule: String,
    pub reason: Option<String>,
}

impl Directive {
    /// Reads one line. `None` for whatever is no directive; an error for what begins like one and goes on wrongly, so
    /// that a slip is never taken for a plain comment.
    pub fn read(line: &str) -> Option<Result<Directive, String>> {
        let comment = line.trim().strip_prefix("--")?.trim();
        if comment.eq_ignore_ascii_case("backfill") {
            return Some(Ok(Directive::Backfill));
        }
        let (key, value) = comment.split_once(':')?;
        let (key, value) = (key.trim_end(), value.trim());
        if key.eq_ignore_ascii_case("transaction") {
            return Some(match value.eq_ignore_ascii_case("none") {
                true => Ok(Directive::NoTransaction),
                false => Err(format!("`transaction: {value}` is not known; `transaction: none` is all there is")),
            });
        }
        if key.eq_ignore_ascii_case("question") {
            return Some(Ok(Directive::Question(value.to_string())));
        }
        if key.eq_ignore_ascii_case("whimbrel") {
            return Some(read_allow(value).ok_or_else(|| {
                format!("`whimbrel: {value}` is not known; it is written `whimbrel: allow RULE, because REASON`")
            }));
        }
        None
    }
}

fn read_allow(value: &str) -> Option<Directive> {
    let (word, rest) = value.split_once(char::is_whitespace)?;
    if !word.eq_ignore_ascii_case("allow") {
        return None;
    }
    let rest = rest.trim();
    let (rule, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let reason = reason.trim();
    let reason = reason.strip_prefix("because").filter(|rest| rest.starts_with(char::is_whitespace)).unwrap_or(reason);
    let reason = Some(reason.trim()).filter(|reason| !reason.is_empty()).map(str::to_string);
    Some(Directive::Allow(Allow { rule: rule.trim_end_matches(',').to_string(), reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read_and_slips_are_told() {
        let read = |line| Directive::read(line);
        assert_eq!(read("  -- transaction: none "), Some(Ok(Directive::NoTransaction)));
        assert_eq!(read("--Backfill"), Some(Ok(Directive::Backfill)));
        assert_eq!(
            read("-- question: renamed from `a`?"),
            Some(Ok(Directive::Question("renamed from `a`?".to_string())))
        );
        let allow = Allow { rule: "drop-column".to_string(), reason: Some("nobody reads it".to_string()) };
        assert_eq!(read("-- whimbrel: allow drop-column  nobody reads it"), Some(Ok(Directive::Allow(allow.clone()))));
        let sentence = "-- whimbrel: allow drop-column, because nobody reads it";
        assert_eq!(read(sentence), Some(Ok(Directive::Allow(allow))));
        for slip in ["-- transaction: off", "-- whimbrel: alow x", "-- whimbrel: allow"] {
            assert!(matches!(read(slip), Some(Err(_))), "{slip}");
        }
        for comment in ["-- backfill the rows", "-- see: the manual", "SELECT 1", "-- transactions", "--"] {
            assert_eq!(read(comment), None, "{comment}");
        }
    }
}
