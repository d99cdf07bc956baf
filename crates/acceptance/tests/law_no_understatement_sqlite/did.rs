use std::collections::BTreeSet;

/// What a statement did, as far as it was measured.
#[derive(Debug, Clone, Default)]
pub struct Did {
    pub error: Option<String>,
    /// Others could not read while its transaction was open.
    pub blocked_reads: bool,
    pub blocked_writes: bool,
    /// It could not be committed while somebody read.
    pub commit_blocked_reads: bool,
    /// Whether it was measured how much it reads and writes.
    pub work_is_known: bool,
    /// Tables most of whose pages, or most of the pages of one of whose indexes, were written.
    pub wrote: BTreeSet<String>,
    /// Something was written that grows with a table, and nobody knows which.
    pub wrote_somewhere: bool,
    /// Tables with whose size its work grew.
    pub worked_on: BTreeSet<String>,
    pub worked_somewhere: bool,
    /// Tables that it does not name and that have fewer rows afterwards.
    pub lost_rows: BTreeSet<String>,
    /// Tables that it does not name and whose rows have other values afterwards.
    pub changed_rows: BTreeSet<String>,
    /// What could be used before it and cannot afterwards.
    pub broke: BTreeSet<String>,
}
