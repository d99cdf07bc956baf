use std::fmt;

/// Where a kill found the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Landing {
    /// Before any statement of a revision.
    BeforeFirst,
    /// While a statement ran.
    InStatement,
    /// After one statement and before the next, in the same transaction or not.
    Between,
    /// While a commit was asked for or under way, or its answer on the way back.
    AtCommit,
    /// After the last commit, before the process had ended.
    AfterLast,
}

impl Landing {
    pub const ALL: [Landing; 5] =
        [Landing::BeforeFirst, Landing::InStatement, Landing::Between, Landing::AtCommit, Landing::AfterLast];
}

impl fmt::Display for Landing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Landing::BeforeFirst => "before the first statement",
            Landing::InStatement => "inside a statement",
            Landing::Between => "between statements",
            Landing::AtCommit => "at a commit",
            Landing::AfterLast => "after the last commit",
        })
    }
}
