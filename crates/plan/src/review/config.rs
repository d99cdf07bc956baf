use std::collections::{BTreeMap, BTreeSet};

use super::{Facts, Severity};
use crate::Dialect;
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

    /// What is known of the database goes into the review; what somebody configured is stronger.
    pub fn sharpen(&mut self, facts: &Facts) {
        self.facts = facts.clone();
        for (name, value) in &facts.settings {
            // A timeout of zero is none.
            if value != "0" {
                self.session.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }

    /// The scripts are revisions, and run in a session as whoever runs those opens it.
    pub fn run_by(&mut self, dialect: &dyn Dialect) {
        for (name, value) in dialect.own_session() {
            self.session.entry((*name).to_string()).or_insert_with(|| (*value).to_string());
        }
    }
}
