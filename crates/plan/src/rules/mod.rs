//! What Whimbrel knows about dangerous statements: one rule a file, with its words.
//!
//! A rule looks at one statement with everything that is known about it and says what it has to say. It knows no engine
//! by heart: what a statement locks, reads and rewrites is predicted by the engine's room, and a rule turns it into a
//! reason and a safe way.

mod alone;
mod blocking;
mod breaking;
mod data;
mod directives;
mod found;
mod later;
mod limits;
mod mysql;
mod partitioned;
mod rewrite;
mod session;
mod sqlite;
mod style;
mod unknown_statement;

use whimbrel_schema::{Engine, Schema};

pub use found::Found;
pub use rewrite::{NO_FIX, Rewrite};

use crate::review::{About, Seen, Severity};

/// A rule and its words: what `explain`, the documentation and the tests say of it.
pub struct Rule {
    /// What happens, in a few words: `index-blocks-writes`.
    pub id: &'static str,
    pub severity: Severity,
    /// Whether it is on unless somebody says otherwise.
    pub on: bool,
    pub engines: &'static [Engine],
    /// Whether it is only a matter of time: on a table that is known to be small its findings are advice.
    pub scales: bool,
    /// One sentence.
    pub what: &'static str,
    /// How the engine works, so that a reader can judge for themselves.
    pub why: &'static str,
    /// What to do instead, in a sentence or two.
    pub safe_way: &'static str,
    /// SQL that it finds, and the same done safely.
    pub example: Example,
    /// The engine's manual and measurements.
    pub sources: &'static [&'static str],
    pub check: fn(&Seen<'_>, &mut Found<'_>),
    /// Whether a finding still stands when the file has ended, for what a later statement can put right.
    pub stands: Option<fn(&Schema, &About) -> bool>,
    pub fix: Option<Rewrite>,
}

pub struct Example {
    pub bad: &'static str,
    pub good: &'static str,
}

pub const EVERY_ENGINE: &[Engine] = &Engine::ALL;

/// Every rule, by group, in the order in which findings about one place are told.
static GROUPS: &[(&str, &[&Rule])] = &[
    ("unknown", &[&unknown_statement::RULE]),
    ("data", data::RULES),
    ("breaking", breaking::RULES),
    ("blocking", blocking::RULES),
    ("sqlite", sqlite::RULES),
    ("mysql", mysql::RULES),
    ("session", session::RULES),
    ("style", style::RULES),
    ("directives", directives::RULES),
];

/// Every rule, in the order in which findings about one place are told.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    groups().flat_map(|(_, rules)| rules.iter().copied())
}

/// The groups with their names.
pub fn groups() -> impl Iterator<Item = (&'static str, &'static [&'static Rule])> {
    GROUPS.iter().copied()
}

/// Whether the rule says what a statement keeps others from, so that `blocks-for-long` need not.
fn tells_of_locks(id: &str) -> bool {
    // A required column is refused before it keeps anybody out.
    id == "required-column"
        || [blocking::RULES, sqlite::RULES, mysql::RULES].into_iter().flatten().any(|rule| rule.id == id)
}

/// The rule of that name.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_all_its_words() {
        let mut names = BTreeSet::new();
        for rule in all() {
            assert!(names.insert(rule.id), "`{}` is the name of two rules", rule.id);
            let kebab = rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
            assert!(kebab, "`{}` is not written in lower case with hyphens", rule.id);
            let words = [rule.what, rule.why, rule.safe_way, rule.example.bad, rule.example.good];
            assert!(words.iter().all(|text| !text.trim().is_empty()), "`{}` lacks words", rule.id);
            assert!(!rule.sources.is_empty() && !rule.engines.is_empty(), "`{}` lacks sources or engines", rule.id);
        }
        assert!(!names.is_empty());
    }
}
