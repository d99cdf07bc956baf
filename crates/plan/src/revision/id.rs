use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What names a revision for good: in its file, in its children, in the ledger.
///
/// New ones are twelve hexadecimal digits; adopted histories bring whatever they had. The characters that targets are
/// written with (`+`, `-`, `@`, `:`) never stand in one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RevisionId(Arc<str>);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadRevisionId {
    #[error("a revision's id is empty")]
    Empty,
    #[error("`{0}` is longer than {LONGEST} characters")]
    Long(String),
    #[error("`{id}` has `{character}` in it: ids are letters, digits, `_` and `.`")]
    Character { id: String, character: char },
    #[error("`{0}` is a word that targets use, so no revision can have it as its id")]
    Reserved(String),
}

const LONGEST: usize = 64;

/// Words that mean something else where an id could stand.
const RESERVED: [&str; 5] = ["head", "heads", "base", "current", "none"];

impl RevisionId {
    pub fn new(text: &str) -> Result<Self, BadRevisionId> {
        if text.is_empty() {
            return Err(BadRevisionId::Empty);
        }
        if text.len() > LONGEST {
            return Err(BadRevisionId::Long(text.to_string()));
        }
        if let Some(character) = text.chars().find(|&character| !is_id_character(character)) {
            return Err(BadRevisionId::Character { id: text.to_string(), character });
        }
        if RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text)) {
            return Err(BadRevisionId::Reserved(text.to_string()));
        }
        Ok(RevisionId(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(crate) fn is_id_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '.'
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl FromStr for RevisionId {
    type Err = BadRevisionId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        RevisionId::new(text)
    }
}

impl TryFrom<String> for RevisionId {
    type Error = BadRevisionId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        RevisionId::new(&text)
    }
}

impl From<RevisionId> for String {
    fn from(id: RevisionId) -> String {
        id.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_targets_are_written_with_is_no_part_of_an_id() {
        for good in ["8c1f0e7d2b34", "0001_initial", "ae10.2", "1"] {
            assert_eq!(RevisionId::new(good).map(|id| id.to_string()), Ok(good.to_string()));
        }
        for bad in ["", "a+1", "a-1", "b@head", "a:b", "a b", "Head", "base", "é", &"a".repeat(65)] {
            assert!(RevisionId::new(bad).is_err(), "{bad}");
        }
    }
}
