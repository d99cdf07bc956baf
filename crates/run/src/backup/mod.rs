//! Backups: a folder of files that a database can be made from again, and the proof that it can.
//!
//! Values and files only; what an engine copies, it copies through [`Driver`](crate::Driver): `copy_out`, `copy_in` and
//! `contents`.
//!
//! A backup is a folder `ID/` with `manifest.json` and the files that it names. It is filled as `.ID.partial/` and gets
//! its name when everything in it is on the disk, so that nothing which looks like a backup is half of one.

mod contents;
mod create;
mod encryption;
mod error;
pub mod external;
pub(crate) mod files;
mod fitting;
mod folder;
mod manifest;
mod pack;
mod progress;
mod prune;
mod restore;
pub(crate) mod sealed;
mod snapshot;
mod verify;
mod workplace;

pub use contents::{ContentHash, ContentHasher, Difference, TableContents, differences};
pub use create::{CreateOptions, create};
pub use encryption::{Identities, Recipient};
pub use error::BackupError;
pub use fitting::{Present, Unfit};
pub use folder::{Backup, Folder, Leftover, Listed, Standing, sweep_staging};
pub use manifest::{BackupId, FORMAT, FileEntry, Manifest, Proof, Proved};
pub use progress::{Doing, Progress, Watch};
pub use prune::{Retention, expired};
pub use restore::{RestoreOptions, Restored, restore};
pub use snapshot::{Scope, Snapshot};
pub use verify::{Fault, verify};
