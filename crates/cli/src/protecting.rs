//! What a protected environment asks for, from where the project keeps it.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use whimbrel_plan::history::History;
use whimbrel_plan::review::{Config, Severity};
use whimbrel_plan::revision::Revision;
use whimbrel_run::ledger;
use whimbrel_run::protect::{self, AskError, Door, Gate, Pass, Passed, Protection, Review, Subject, Unresolved, Work};
use whimbrel_run::rehearse::Shelf;
use whimbrel_run::{Actor, Driver};

use crate::args::{Doors, Meant, MeantForGood};
use crate::backups;
use crate::diagnose;
use crate::failure::Failure;
use crate::lint::inputs::Input;
use crate::lint::live::Live;
use crate::lint::{configuration, review};
use crate::printer::Printer;
use crate::project::Project;
use crate::rehearsing::key;
use crate::settings::{Environment, Settings};

/// What somebody has said to the gates: which environment is meant, and which ways around are taken.
#[derive(Debug, Clone, Default)]
pub struct Said {
    confirmed: Option<String>,
    doors: Vec<Door>,
    /// Everything is asked for, whether the environment is protected or not.
    prove: bool,
}

impl Said {
    pub fn through(doors: &Doors) -> Said {
        let doors = [
            (Gate::Review, &doors.without_review),
            (Gate::Backup, &doors.without_backup),
            (Gate::Rehearsal, &doors.without_rehearsal),
        ];
        let taken = doors.into_iter().filter_map(|(gate, reason)| Some(Door { gate, reason: reason.clone()? }));
        Said { doors: taken.collect(), ..Said::default() }
    }

    /// Why the review is gone around.
    pub fn around_review(&self) -> Option<&str> {
        self.doors.iter().find(|door| door.gate == Gate::Review).map(|door| door.reason.as_str())
    }

    /// Asks for everything, also where nobody else does.
    pub fn proving(self, prove: bool) -> Said {
        Said { prove, ..self }
    }

    pub fn meant(meant: &Meant) -> Said {
        Said { confirmed: meant.confirm.clone(), ..Said::default() }
    }

    pub fn meant_for_good(meant: &MeantForGood) -> Said {
        let doors = Doors { without_backup: meant.without_backup.clone(), ..Doors::default() };
        Said { confirmed: meant.meant.confirm.clone(), ..Said::through(&doors) }
    }
}

/// `None` where the environment is not protected: what was said to gates that are not there is told, and harms nothing,
/// so that one script serves every environment.
pub fn protection(
    project: &Project,
    environment: &Environment,
    said: &Said,
    again: &str,
    printer: &Printer,
) -> Result<Option<Protection>, Failure> {
    let place = || environment.name.clone().unwrap_or_else(|| "the database".to_string());
    if !environment.protected && !said.prove {
        if let Some(door) = said.doors.first().and_then(|door| door.gate.door()) {
            printer.remark(&format!("{} is not protected, so {door} goes around nothing", place()));
        }
        return Ok(None);
    }
    let settings = &project.settings;
    Ok(Some(Protection {
        environment: place(),
        confirmed: said.confirmed.clone(),
        doors: said.doors.clone(),
        backups: backups::Place::of(None, project).folder,
        receipts: Shelf::at(settings.shelf()),
        public_key: key::public_of(project)?,
        backup_age: signed(settings.backup_age()?),
        rehearsal_age: signed(settings.rehearsal_age()?),
        review: Arc::new(ProjectReview { settings: settings.clone(), fail_on: settings.review_fails_on() }),
        again: again.to_string(),
    }))
}

fn signed(age: Duration) -> SignedDuration {
    SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX)
}

/// Asks the gates of something that is no run of revisions. What was passed is to be written down by whoever does it.
pub fn ask(
    driver: &mut dyn Driver,
    protection: Option<&Protection>,
    work: Work,
    command: &str,
) -> Result<Vec<Pass>, Failure> {
    let Some(protection) = protection else { return Ok(Vec::new()) };
    let ledger = ledger::read(driver).map_err(|error| diagnose::ledger(&error))?;
    // What is asked for here has nothing to do with revisions.
    let history = History::default();
    let subject = Subject { work, history: &history, ledger: &ledger, pending: &[], running: &[], deploy: None };
    protect::ask(driver, protection, &subject).map_err(|error| match error {
        AskError::Shut(lack) => {
            let next = lack.next(command, &protection.again);
            Failure { next, ..diagnose::gate(&lack) }
        }
        AskError::Ledger(error) => diagnose::ledger(&error),
        AskError::Driver(error) => diagnose::database(&error),
    })
}

/// Asks, and writes down at once: for what is not one transaction, or none at all.
pub fn ask_and_write_down(
    driver: &mut dyn Driver,
    protection: Option<&Protection>,
    work: Work,
    command: &str,
    actor: &Actor,
) -> Result<(), Failure> {
    let passes = ask(driver, protection, work, command)?;
    if passes.is_empty() {
        return Ok(());
    }
    let failed = |error| diagnose::database(&error);
    driver.begin().map_err(failed)?;
    let written = protect::write_down(driver, &Passed::beside(work, &passes), actor).and_then(|()| driver.commit());
    if written.is_err() {
        let _ = driver.rollback();
    }
    written.map_err(failed)
}

/// `lint` of what is pending, on the database that it is pending on.
#[derive(Debug)]
struct ProjectReview {
    settings: Settings,
    fail_on: Severity,
}

impl Review for ProjectReview {
    fn unresolved(&self, driver: &mut dyn Driver, pending: &[&Revision]) -> Result<Vec<Unresolved>, String> {
        let said = |failure: Failure| failure.reports.last().map(|it| it.message.clone()).unwrap_or_default();
        let project = Project { settings: self.settings.clone() };
        let engine = driver.dialect().engine();
        let live = Live::read(driver, String::new()).map_err(said)?;
        let input = Input::of_revisions(pending);
        let config = configuration::of_file(self.settings.lint());
        let config = review::sharpened(&config, &input, Some(&live), engine, &project).map_err(said)?;
        // They are applied one after the other, and nobody uses meanwhile what the first of them makes.
        let config = Config { together: true, ..config };
        let files = review::review(&input, engine, &config, Some(live.schema), &project).map_err(said)?;
        let pairs = pending.iter().zip(&files);
        Ok(pairs
            .flat_map(|(it, file)| Unresolved::in_revision(it, engine, &file.reviewed, &file.shown, self.fail_on))
            .collect())
    }
}
