use std::collections::{BTreeMap, BTreeSet};

use super::{Facts, Severity};
use crate::rules::Rule;

/// How a review goes about it.
#[derive(Debug, Clone, Default)]
pub struct Config {
    pub facts: Facts,
    /// Rules whose severity is another, or that are off (`None`).
    pub rules: BTreeMap<String, Option<Severity>>,
    /// What whoever runs the scripts sets before them (`lock_timeout`, `TimeZone`), by lower-case names.
    pub session: BTreeMap<String, String>,
    /// Limits (`lock_timeout`) that whoever runs the scripts sets for each statement by its class, whatever the server or
    /// the role says; only the script itself is stronger.
    pub guarded: BTreeSet<String>,
    /// Files that are judged are deployed as one: what one of them makes is new to the others too.
    pub together: bool,
    /// Whether the scripts begin with an empty database. If not, what they do not make may be there all the same.
    pub from_empty: bool,
}

impl Config {
    /// The severity of a rule's findings; `None` where it is off.
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        match self.rules.get(rule.id) {
            Some(configured) => *configured,
            None => rule.on.then_some(rule.severity),
        }
    }
}
