//! What a protected database asks before anything about it is changed.
//!
//! A [`Work`] has its [`Gate`]s; each is passed by what is shown to it, or by the one [`Door`] that it has, with a reason.
//! What was passed and how goes on the ledger, in the transaction of what it let through. What is known is a value
//! ([`Evidence`]), and so is the decision ([`decide`]): files and databases are looked at in [`ask`], by the runner under
//! its lock, so that nothing changes between being looked at and being relied upon.

mod ask;
mod backup;
mod decide;
mod gate;
mod lack;
mod rehearsal;
mod situation;
mod unresolved;

use std::fmt::Debug;
use std::sync::Arc;

use jiff::SignedDuration;
use whimbrel_plan::revision::Revision;

use crate::rehearse::{PublicKey, Shelf};
use crate::{Driver, backup as backups};

pub use ask::{AskError, Passed, Subject, ask, write_down};
pub use decide::{Evidence, How, Pass, decide};
pub use gate::{Door, Gate, Work};
pub use lack::Lack;
pub use situation::is_empty;
pub use unresolved::Unresolved;

/// What a protected database asks for, and where it is found.
#[derive(Debug, Clone)]
pub struct Protection {
    /// The name of the environment.
    pub environment: String,
    /// What somebody has typed as the name of the environment, to say that this one is meant.
    pub confirmed: Option<String>,
    pub doors: Vec<Door>,
    pub backups: backups::Folder,
    pub receipts: Shelf,
    /// With whose private half a receipt has to be signed, where anybody's is not enough.
    pub public_key: Option<PublicKey>,
    pub backup_age: SignedDuration,
    pub rehearsal_age: SignedDuration,
    pub review: Arc<dyn Review>,
    /// The options that a next command has to repeat.
    pub again: String,
}

/// Who judges revisions, with the project's configuration in mind.
pub trait Review: Debug + Send + Sync {
    /// What is found in revisions that are about to run on this database, and that nobody has allowed.
    fn unresolved(&self, driver: &mut dyn Driver, pending: &[&Revision]) -> Result<Vec<Unresolved>, String>;
}
