//! Backups: a folder of files that a database can be made from again, and the proof that it can.
//!
//! Values and files only; what an engine copies, it copies through [`Driver`](crate::Driver): `copy_out`, `copy_in` and
//! `contents`.

mod contents;
mod manifest;
mod progress;
mod snapshot;

pub use contents::{ContentHash, ContentHasher, Difference, TableContents, differences};
pub use manifest::{BackupId, FORMAT, FileEntry, Manifest, Proof, Proved};
pub use progress::{Doing, Progress, Watch};
pub use snapshot::{Scope, Snapshot};
