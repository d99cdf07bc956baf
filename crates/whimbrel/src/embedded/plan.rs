use std::collections::BTreeMap;

use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::{Direction, Phase, RevisionId};
use whimbrel_run::{Driver, apply, ledger};

use super::report::Waiting;
use super::{Error, Options};

/// What an upgrade would do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Plan {
    /// In the order in which they would run.
    pub revisions: Vec<Planned>,
}

/// One revision that is not applied.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Planned {
    pub revision: String,
    pub message: String,
    /// `None` for what is no part of an evolution.
    pub phase: Option<Phase>,
    /// Its statements on this engine.
    pub statements: Vec<String>,
    /// What it would wait for; `None` where it would run.
    pub waits: Option<Waiting>,
}

impl Plan {
    /// Whether there is nothing to apply.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// What would run, without what would wait.
    pub fn running(&self) -> impl Iterator<Item = &Planned> {
        self.revisions.iter().filter(|planned| planned.waits.is_none())
    }

    pub(super) fn of(
        driver: &mut dyn Driver,
        history: &History,
        target: &Target,
        options: &Options,
    ) -> Result<Plan, Error> {
        let ledger = ledger::read(driver).map_err(|error| Error::ledger(&error))?;
        let pending = history.upgrade_path(&ledger.applied_ids(), target).map_err(|error| Error::target(&error))?;
        let held = apply::waiting(driver, history, target, &options.to_run(Direction::Up))?;
        let mut held: BTreeMap<RevisionId, Waiting> =
            held.iter().map(|waiting| (waiting.revision.clone(), Waiting::of(waiting))).collect();
        let dialect = driver.dialect();
        let mut revisions = Vec::with_capacity(pending.len());
        for revision in pending {
            let statements = revision.statements(Direction::Up, dialect).map_err(|error| Error::statements(&error))?;
            revisions.push(Planned {
                revision: revision.id.to_string(),
                message: revision.message.clone(),
                phase: revision.phase,
                statements: statements.into_iter().map(|statement| statement.sql).collect(),
                waits: held.remove(&revision.id),
            });
        }
        Ok(Plan { revisions })
    }
}
