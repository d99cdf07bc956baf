use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Step;

/// The settings of the session that runs a script, as far as they are known, and the transaction that is open in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Session {
    /// What whoever runs the script sets before it, by lower-case name.
    outside: BTreeMap<String, String>,
    /// Limits that it sets for each statement by what that does.
    guarded: BTreeSet<String>,
    /// The same with what the script says.
    settings: BTreeMap<String, String>,
    /// Those that end with the transaction, with what they were before.
    local: BTreeMap<String, Option<String>>,
    /// `BEGIN` was said and not ended.
    begun: bool,
}

impl Session {
    pub fn new(settings: BTreeMap<String, String>) -> Self {
        Session { outside: settings.clone(), settings, ..Session::default() }
    }

    /// Each statement gets these limits as they suit it, in place of what is set for all.
    #[must_use]
    pub fn guarding(mut self, limits: BTreeSet<String>) -> Self {
        for of in [&mut self.outside, &mut self.settings] {
            of.retain(|name, _| !limits.contains(name));
        }
        Session { guarded: limits, ..self }
    }

    /// Whether each statement gets the limit that suits it, unless the script itself sets one.
    pub fn guards(&self, name: &str) -> bool {
        self.guarded.contains(name)
    }

    /// The setting as the next file finds it, whatever this one says.
    pub fn outside(&self, name: &str) -> Option<&str> {
        self.outside.get(name).map(String::as_str)
    }

    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }

    /// Whether the script itself opened a transaction and has not ended it.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Takes note of what a step says about the session. `local` settings last as long as the transaction.
    pub fn take(&mut self, step: &Step, local: bool) {
        let Step::SetSession { name, value } = step else { return };
        match name.as_str() {
            "BEGIN" => self.begun = true,
            "COMMIT" | "ROLLBACK" => self.end_transaction(),
            "SAVEPOINT" | "RELEASE" | "ROLLBACK TO" => {}
            "ALL" => self.settings.clear(),
            _ => {
                let before = match value {
                    Some(value) => self.settings.insert(name.clone(), plain(value)),
                    None => self.settings.remove(name),
                };
                if local {
                    self.local.entry(name.clone()).or_insert(before);
                } else {
                    self.local.remove(name);
                }
            }
        }
    }

    /// What was set for the transaction alone is as it was.
    pub fn end_transaction(&mut self) {
        self.begun = false;
        for (name, before) in std::mem::take(&mut self.local) {
            match before {
                Some(value) => self.settings.insert(name, value),
                None => self.settings.remove(&name),
            };
        }
    }
}

fn plain(value: &str) -> String {
    value.trim().trim_matches('\'').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: &str) -> Step {
        Step::SetSession { name: name.into(), value: Some(value.into()) }
    }

    fn word(name: &str) -> Step {
        Step::SetSession { name: name.into(), value: None }
    }

    #[test]
    fn what_is_set_for_a_transaction_ends_with_it() {
        let mut session = Session::new([("lock_timeout".to_string(), "5s".to_string())].into());
        session.take(&word("BEGIN"), false);
        session.take(&set("lock_timeout", "'50ms'"), true);
        session.take(&set("statement_timeout", "1s"), false);
        assert_eq!((session.setting("lock_timeout"), session.has_begun()), (Some("50ms"), true));
        assert_eq!((session.outside("lock_timeout"), session.outside("statement_timeout")), (Some("5s"), None));
        session.take(&word("COMMIT"), false);
        assert_eq!(session.setting("lock_timeout"), Some("5s"));
        assert_eq!(session.setting("statement_timeout"), Some("1s"));
        assert!(!session.has_begun());
    }

    #[test]
    fn a_guarded_limit_is_none_that_somebody_has_set() {
        let outside = [("lock_timeout".to_string(), "5s".to_string())].into();
        let mut session = Session::new(outside).guarding(["lock_timeout".to_string()].into());
        assert_eq!((session.setting("lock_timeout"), session.outside("lock_timeout")), (None, None));
        session.take(&set("lock_timeout", "1s"), false);
        assert_eq!(session.setting("lock_timeout"), Some("1s"));
        assert!(session.guards("lock_timeout") && !session.guards("statement_timeout"));
    }
}
