/// What an earlier try of a statement left, and what clears it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// In words: ``the invalid index `ix_email_subject` ``.
    pub what: String,
    /// One after the other, each outside of a transaction.
    pub clear: Vec<String>,
    pub then: Then,
}

/// What becomes of the statement once its leftovers are cleared away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It runs from the beginning.
    Again,
    /// What cleared it away has finished it.
    Done,
}
