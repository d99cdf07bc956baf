//! Looking at what the gates of a work ask for, and at nothing else.

use std::ops::ControlFlow;

use jiff::Timestamp;
use thiserror::Error;
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Revision, RevisionId};

use super::decide::{Evidence, How, Pass, decide};
use super::situation::{Situation, is_empty};
use super::{Gate, Lack, Protection, Work, backup, rehearsal};
use crate::backup::{Backup, Progress, Scope, verify};
use crate::ledger::{self, Ledger, LedgerError, Tables};
use crate::{Actor, Driver, DriverError, clock};

/// What is about to be done, and from where.
pub struct Subject<'a> {
    pub work: Work,
    pub history: &'a History,
    pub ledger: &'a Ledger,
    /// The revisions that are asked for: what was rehearsed.
    pub pending: &'a [&'a Revision],
    /// Of them, those that run now: what is reviewed.
    pub running: &'a [&'a Revision],
    pub deploy: Option<&'a str>,
}

#[derive(Debug, Error)]
pub enum AskError {
    #[error(transparent)]
    Shut(Box<Lack>),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Driver(#[from] DriverError),
}

impl From<Lack> for AskError {
    fn from(lack: Lack) -> Self {
        AskError::Shut(Box::new(lack))
    }
}

/// How each gate is passed. That the database is what its history says has been looked at by whoever runs revisions.
pub fn ask(driver: &mut dyn Driver, protection: &Protection, subject: &Subject<'_>) -> Result<Vec<Pass>, AskError> {
    let work = subject.work;
    let mut evidence = Evidence::new();
    evidence.insert(Gate::Confirmation, confirmed(protection));
    evidence.insert(Gate::Drift, Ok(How::Shown("the database is what its history says".to_string())));
    // What costs nothing to be asked is asked before what has to be looked at.
    if work.gates().iter().all(|gate| matches!(gate, Gate::Confirmation | Gate::Drift))
        || evidence.get(&Gate::Confirmation).is_some_and(Result::is_err) && work.gates().contains(&Gate::Confirmation)
    {
        return Ok(decide(work, &evidence, &protection.doors)?);
    }
    let asked = |gate: Gate| work.gates().contains(&gate) && !protection.doors.iter().any(|door| door.gate == gate);
    if asked(Gate::Review) {
        let reviewed = reviewed(driver, protection, subject);
        let shut = reviewed.is_err();
        evidence.insert(Gate::Review, reviewed);
        if shut {
            return Ok(decide(work, &evidence, &protection.doors)?);
        }
    }
    let schema = driver.introspect()?;
    if is_empty(&schema) && subject.ledger.standing().is_empty() {
        for gate in [Gate::Backup, Gate::Rehearsal] {
            evidence.insert(gate, Ok(How::Nothing("the database is empty".to_string())));
        }
        return Ok(decide(work, &evidence, &protection.doors)?);
    }
    let passed = ledger::gates(driver)?;
    let now = Situation {
        at: Timestamp::now(),
        engine: driver.dialect().engine(),
        server: driver.version(),
        database: driver.describe(),
        protection,
        deploy: subject.deploy,
        ledger: subject.ledger,
        passed: &passed,
        schema: schema.fingerprint(),
        revisions: subject.history.revisions(),
        pending: subject.pending.iter().map(|revision| &revision.id).collect(),
    };
    let listed = if asked(Gate::Backup) { protection.backups.list() } else { Ok(Vec::new()) };
    let backups = match &listed {
        Ok(listed) if asked(Gate::Backup) => backup::enough(listed, &now),
        Ok(_) => Ok(Vec::new()),
        Err(error) => Err(Lack::Unseen { gate: Gate::Backup, why: error.to_string() }),
    };
    let backups = match backups {
        Ok(backups) => backups,
        Err(lack) => {
            evidence.insert(Gate::Backup, Err(lack));
            return Ok(decide(work, &evidence, &protection.doors)?);
        }
    };
    let mut chosen = backups.first().copied();
    if asked(Gate::Rehearsal) {
        // A backup made by a command of the user's is nothing that whimbrel could restore a copy from.
        let ours: Vec<&str> = backups
            .iter()
            .filter(|it| it.manifest.scope != Scope::External)
            .map(|it| it.manifest.id.0.as_str())
            .collect();
        let receipt = rehearsal::enough(&protection.receipts, (!ours.is_empty()).then_some(&ours), &now);
        if let Ok(receipt) = &receipt
            && let Some(bound) = &receipt.bound.backup
        {
            chosen = backups.iter().copied().find(|backup| backup.manifest.id.0 == bound.id).or(chosen);
        }
        evidence.insert(Gate::Rehearsal, receipt.map(|receipt| How::Shown(receipt.id)));
    }
    if let Some(backup) = chosen {
        evidence.insert(Gate::Backup, sound(backup, protection));
    }
    Ok(decide(work, &evidence, &protection.doors)?)
}

fn confirmed(protection: &Protection) -> Result<How, Lack> {
    let environment = protection.environment.clone();
    match &protection.confirmed {
        Some(given) if *given == environment => Ok(How::Shown(environment)),
        given => Err(Lack::Unconfirmed { environment, given: given.clone() }),
    }
}

fn reviewed(driver: &mut dyn Driver, protection: &Protection, subject: &Subject<'_>) -> Result<How, Lack> {
    match protection.review.unresolved(driver, subject.running) {
        Err(why) => Err(Lack::Unseen { gate: Gate::Review, why }),
        Ok(unresolved) if unresolved.is_empty() => {
            let count = subject.running.len();
            let counted = if count == 1 { "1 revision".to_string() } else { format!("{count} revisions") };
            Ok(How::Shown(format!("{counted}, nothing unresolved")))
        }
        Ok(unresolved) => Err(Lack::Unreviewed { environment: protection.environment.clone(), unresolved }),
    }
}

/// A proof is about the files as they were: every byte of them is read again.
fn sound(backup: &Backup, protection: &Protection) -> Result<How, Lack> {
    let id = &backup.manifest.id;
    let faults = match backup.manifest.scope {
        Scope::Full | Scope::Affected(_) => verify(backup, &mut |_: Progress| ControlFlow::Continue(())),
        Scope::External => Ok(Vec::new()),
    };
    match faults {
        Err(error) => Err(Lack::Unseen { gate: Gate::Backup, why: error.to_string() }),
        Ok(faults) => match faults.first() {
            None => Ok(How::Shown(id.to_string())),
            Some(fault) => {
                let why = format!("which is no longer what was made: {fault}");
                let last = super::lack::LastBackup { id: id.to_string(), why, only_unproved: false };
                Err(Lack::NoProvedBackup { environment: protection.environment.clone(), last: Some(last) })
            }
        },
    }
}

/// What gates let through.
pub struct Passed<'a> {
    pub work: Work,
    pub passes: &'a [Pass],
    /// The event of the ledger; `None` for what is none.
    pub event: Option<i64>,
    /// The revisions that were asked for.
    pub plan: &'a [RevisionId],
}

impl<'a> Passed<'a> {
    /// On the way to something that is no run of revisions.
    pub fn beside(work: Work, passes: &'a [Pass]) -> Passed<'a> {
        Passed { work, passes, event: None, plan: &[] }
    }
}

/// Writes down what was passed, within the transaction of what it lets through, where that is one. The table is made where
/// a ledger has none yet.
pub fn write_down(driver: &mut dyn Driver, passed: &Passed<'_>, actor: &Actor) -> Result<(), DriverError> {
    if passed.passes.is_empty() {
        return Ok(());
    }
    let tables = Tables::of(driver);
    if !driver.has_table(Tables::GATE)? {
        driver.execute(&tables.create_gates())?;
    }
    let at = clock::now();
    passed.passes.iter().try_for_each(|pass| driver.execute(&tables.insert_gate(passed, pass, actor, &at)).map(drop))
}
