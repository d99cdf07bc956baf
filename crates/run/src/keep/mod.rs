//! What revisions destroyed, kept in the database until its time is over or a downgrade gives it back.
//!
//! The values are copied into a table of their own (`whimbrel_kept_7`) *in the transaction that destroys them*, after
//! the table is locked as the destroying statement locks it anyway. So there is no moment at which the values are gone
//! and not kept, none at which somebody changes a value that was copied already, and a crash anywhere leaves both or
//! neither. `whimbrel_kept` says what each of those tables holds.
//!
//! Beside the database, in files, the copy would have to be durable before the drop commits, would lie on the machine
//! that happened to run the upgrade, and would be of no use to whoever has to go back from another. A dropped table is
//! copied too, and not moved out of the way: moved, it would go on holding its foreign keys, its place in
//! publications and partitions and the views that read it, and `DROP` would succeed where it has to be refused.

mod ahead;
mod aside;
mod back;
mod manifest;
mod seal;

pub use ahead::{CopiedAhead, clear_ahead};
pub(crate) use ahead::{Manner, any_ahead, bring, can_go_ahead, follow, is_there};
pub use aside::{Aside, Completed, complete, discard, put_aside};
pub use back::{forget_changed, give_back};
pub use manifest::{Kept, KeptError, Manifest, expired, of_revision, read, remove};
pub use seal::{PackedColumn, Sealed, Soundness, check, open, restore_beside, seal, seal_ahead, unsealed};

/// How a run keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// For how long.
    pub days: u32,
    /// Of how many rows at most, where others would wait while they are copied.
    pub rows: u64,
    /// Keep nothing, and why.
    pub nothing: Option<String>,
    /// A downgrade gives nothing back, and why.
    pub leave: Option<String>,
}

impl Default for Keep {
    fn default() -> Self {
        Keep { days: 30, rows: 1_000_000, nothing: None, leave: None }
    }
}
