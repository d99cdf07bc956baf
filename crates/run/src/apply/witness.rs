//! Somebody who looks on from within a run: the same run, on the same connection, and not another one made for looking.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use whimbrel_plan::revision::{Direction, Revision, RevisionStatement};

use super::Failure;
use super::job::{Job, Prepared, Standing};
use super::runner::Runner;
use crate::{Driver, DriverError};

/// Called on the runner's own connection, inside the transaction of the statement where it has one. What it does there
/// becomes part of the run: an error of its own ends the run like one of the statement.
pub trait Witness {
    fn before(&mut self, driver: &mut dyn Driver, watched: &Watched<'_>) -> Result<(), DriverError>;

    fn after(&mut self, driver: &mut dyn Driver, watched: &Watched<'_>, ran: &Ran<'_>) -> Result<(), DriverError>;

    /// Before what a statement destroys is copied, and the lock for that asked for; always inside a transaction.
    fn before_keeping(&mut self, _: &mut dyn Driver, _: &Keeping<'_>) -> Result<(), DriverError> {
        Ok(())
    }

    /// When it is copied, with its lock held.
    fn after_keeping(&mut self, _: &mut dyn Driver, _: &Keeping<'_>) -> Result<(), DriverError> {
        Ok(())
    }
}

/// What is done for the sake of what a statement destroys.
#[derive(Debug, Clone, Copy)]
pub struct Keeping<'a> {
    /// The first statement of its transaction that destroys something.
    pub number: usize,
    /// What is kept, in words.
    pub what: &'a str,
    pub how: Held,
}

/// For how long the lock of what is kept is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Until the end of the transaction of the statement.
    Along,
    /// Until it is copied, in a transaction of its own, because the statement has none.
    Before,
    /// For a moment, in which it is begun to be told what others change while it is copied.
    Ahead,
}

/// The statement that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Watched<'a> {
    pub revision: &'a Revision,
    pub direction: Direction,
    pub statement: &'a RevisionStatement,
    /// One-based, among those of its revision.
    pub number: usize,
    pub of: usize,
    pub within: Within,
}

/// The transaction that a statement runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// One that it may share with its neighbours.
    Transaction,
    /// None: the engine makes its own.
    None,
    /// Many, one for each batch.
    Batches,
}

/// What the run itself saw of it.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    pub rows: u64,
    pub took: Duration,
    /// What the engine remarked meanwhile.
    pub notices: &'a [String],
}

impl<'r> Runner<'r> {
    pub fn watched_by(mut self, witness: &'r mut dyn Witness) -> Self {
        self.witness = Some(witness);
        self
    }
}

impl Runner<'_> {
    pub(super) fn look_before(&mut self, job: &Job<'_>, at: usize, prepared: &Prepared) -> Result<(), Failure> {
        let Some(witness) = &mut self.witness else { return Ok(()) };
        Ok(witness.before(self.driver, &watched(job, at, prepared))?)
    }

    pub(super) fn look_after(
        &mut self,
        job: &Job<'_>,
        at: usize,
        prepared: &Prepared,
        ran: &Ran<'_>,
    ) -> Result<(), Failure> {
        let Some(witness) = &mut self.witness else { return Ok(()) };
        Ok(witness.after(self.driver, &watched(job, at, prepared), ran)?)
    }
}

impl Runner<'_> {
    pub(super) fn look_before_keeping(&mut self, keeping: &Keeping<'_>) -> Result<(), DriverError> {
        match &mut self.witness {
            Some(witness) => witness.before_keeping(self.driver, keeping),
            None => Ok(()),
        }
    }

    pub(super) fn look_after_keeping(&mut self, keeping: &Keeping<'_>) -> Result<(), DriverError> {
        match &mut self.witness {
            Some(witness) => witness.after_keeping(self.driver, keeping),
            None => Ok(()),
        }
    }
}

fn watched<'a>(job: &'a Job<'_>, at: usize, prepared: &'a Prepared) -> Watched<'a> {
    Watched {
        revision: job.revision,
        direction: job.direction,
        statement: &prepared.statement,
        number: at + 1,
        of: job.statements.len(),
        within: match prepared.standing {
            Standing::Shared | Standing::Own => Within::Transaction,
            Standing::Alone => Within::None,
            Standing::Batches => Within::Batches,
        },
    }
}
