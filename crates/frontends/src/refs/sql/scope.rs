//! What stands in FROM, and what has the column that is looked for.

use super::super::Certainty;

/// What something in FROM has under the column's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// The column that is looked for.
    Ours,
    /// Perhaps another one.
    Other,
    /// Nothing: all its columns are known.
    Nothing,
    /// Nobody can see which table it is.
    Unknown,
}

#[derive(Debug, Clone)]
pub(super) struct Relation {
    /// In small letters: its own name, and its alias.
    pub names: Vec<String>,
    pub holds: Holds,
}

pub(super) struct Scope<'o> {
    pub relations: Vec<Relation>,
    /// What `WITH` defines, here and around.
    pub with: Vec<Relation>,
    pub outer: Option<&'o Scope<'o>>,
    /// The query itself gives something else under the column's name, which ORDER BY then means.
    pub renames: bool,
}

impl Scope<'_> {
    pub fn named(&self, name: &str) -> Option<Holds> {
        let name = name.to_lowercase();
        let here = self.relations.iter().find(|relation| relation.names.contains(&name));
        here.map(|relation| relation.holds).or_else(|| self.outer.and_then(|outer| outer.named(&name)))
    }

    pub fn holds(&self, what: Holds) -> bool {
        self.relations.iter().any(|relation| relation.holds == what)
    }

    /// The column's name without a table in front.
    pub fn unqualified(&self) -> Option<Certainty> {
        let doubtful = self.holds(Holds::Other) || self.holds(Holds::Unknown);
        match (self.holds(Holds::Ours), doubtful) {
            (true, false) => Some(Certainty::Certain),
            (true, true) => Some(Certainty::Likely),
            (false, true) if self.holds(Holds::Unknown) => Some(Certainty::Possible),
            (false, true) => None,
            (false, false) => match self.outer {
                Some(outer) => outer.unqualified(),
                None if self.relations.is_empty() => Some(Certainty::Possible),
                None => None,
            },
        }
    }
}
