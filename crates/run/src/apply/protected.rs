//! The gates of a protected database, in front of a run.

use std::collections::BTreeSet;

use whimbrel_plan::revision::{Direction, Revision, RevisionId};

use super::runner::Runner;
use super::{Failure, Refusal};
use crate::Event;
use crate::ledger::{Ledger, LedgerEvent};
use crate::protect::{self, AskError, Gate, How, Lack, Pass, Passed, Subject, Work};

impl Runner<'_> {
    pub fn work(&self) -> Work {
        match self.direction {
            Direction::Up => Work::Upgrade,
            Direction::Down => Work::Downgrade,
        }
    }

    /// Whoever goes back, or says what is so, has said which environment is meant; before anybody is kept waiting.
    pub fn must_be_meant(&mut self, work: Work) -> Result<(), Failure> {
        let Some(protection) = self.options.protection.as_ref().filter(|_| work.gates().contains(&Gate::Confirmation))
        else {
            return Ok(());
        };
        let environment = protection.environment.clone();
        match &protection.confirmed {
            Some(given) if *given == environment => {
                self.passes = vec![Pass { gate: Gate::Confirmation, how: How::Shown(environment) }];
                Ok(())
            }
            given => Err(self.shut(Lack::Unconfirmed { environment, given: given.clone() })),
        }
    }

    /// Everything that is asked for. The lock is held, so that what was looked at stays as it is while it is relied upon.
    pub fn pass_gates(
        &mut self,
        ledger: &Ledger,
        pending: &BTreeSet<RevisionId>,
        running: &[&Revision],
    ) -> Result<(), Failure> {
        let options = self.options;
        let Some(protection) = &options.protection else { return Ok(()) };
        let pending: Vec<&Revision> =
            self.history.revisions().iter().filter(|revision| pending.contains(&revision.id)).collect();
        let subject = Subject {
            work: self.work(),
            history: self.history,
            ledger,
            pending: &pending,
            running,
            deploy: options.actor.deploy.as_ref().map(|deploy| deploy.label.as_str()),
        };
        let mut passes = protect::ask(self.driver, protection, &subject).map_err(|error| match error {
            AskError::Shut(lack) => self.shut(*lack),
            AskError::Ledger(error) => error.into(),
            AskError::Driver(error) => error.into(),
        })?;
        // What differs was looked at, and it is known whether the door was needed.
        if let Some(drift) = passes.iter_mut().find(|pass| pass.gate == Gate::Drift) {
            drift.how = match &self.accepted_drift {
                Some(accepted) => How::Door(accepted.clone()),
                None => How::Shown("none".to_string()),
            };
        }
        for pass in &passes {
            (self.listen)(Event::GatePassed { pass });
        }
        self.passes = passes;
        self.planned = pending.iter().map(|revision| revision.id.clone()).collect();
        Ok(())
    }

    /// What an earlier run began, it was let through with; but for a file that says something else since.
    pub fn pass_gates_of_rest(&mut self, event: &LedgerEvent, ledger: &Ledger) -> Result<(), Failure> {
        let Some(revision) = self.history.get(&event.revision) else { return Ok(()) };
        match event.checksum.as_ref() == Some(&revision.checksum) {
            true => Ok(()),
            false => self.pass_gates(ledger, &BTreeSet::from([revision.id.clone()]), &[revision]),
        }
    }

    /// Beside the event that was let through, in its transaction.
    pub fn write_passes(&mut self, event: i64) -> Result<(), Failure> {
        self.write_passes_of(self.work(), event)
    }

    pub fn write_passes_of(&mut self, work: Work, event: i64) -> Result<(), Failure> {
        let passed = Passed { work, passes: &self.passes, event: Some(event), plan: &self.planned };
        protect::write_down(self.driver, &passed, &self.options.actor)?;
        Ok(())
    }

    fn shut(&self, lack: Lack) -> Failure {
        let again = self.options.protection.as_ref().map(|protection| protection.again.clone());
        Refusal::Gate(Box::new((lack, again.unwrap_or_default()))).into()
    }
}
