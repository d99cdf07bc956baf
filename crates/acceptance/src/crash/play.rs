use std::collections::BTreeSet;

use anyhow::Result;
use whimbrel_schema::Engine;

use super::kill::Kill;
use super::landing::Landing;
use super::plan::Course;
use super::state::State;
use super::whimbrel::{Line, Ran};

/// Where databases are made, runs are watched and killed: one engine in one version.
pub trait Stage {
    fn engine(&self) -> Engine;

    /// Tells which statements the revisions have.
    fn prepare(&mut self, _statements: BTreeSet<String>) {}

    /// A new, empty database: its URL.
    fn fresh(&mut self) -> Result<String>;

    /// A new database that is what that one is.
    fn copy(&mut self, of: &str) -> Result<String>;

    fn remove(&mut self, url: &str) -> Result<()>;

    /// Runs it without a break, noting how long it takes and what there is to be hit.
    fn unbroken(&mut self, line: &Line, url: &str) -> Result<(Ran, Course)>;

    /// Runs it without a break on another copy, to note what slows a run down.
    fn watch(&mut self, line: &Line, url: &str) -> Result<Ran>;

    fn killed(&mut self, line: &Line, url: &str, kill: &Kill) -> Result<Struck>;

    /// Waits until whatever a killed run left behind has stopped working.
    fn settle(&mut self, url: &str) -> Result<()>;

    /// What the database is now, once nobody works on it any more.
    fn look(&mut self, url: &str) -> Result<State>;

    /// What must not be there once a run has ended well.
    fn leftovers(&mut self, url: &str) -> Result<Vec<String>>;
}

/// A run that was to be killed.
pub struct Struck {
    pub ran: Ran,
    /// `None` when it had ended before.
    pub landing: Option<Landing>,
}
