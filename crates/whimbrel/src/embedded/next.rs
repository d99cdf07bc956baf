//! What to do next, in the words of somebody who calls a library.

use whimbrel_plan::history::TargetError;
use whimbrel_plan::revision::Direction;
use whimbrel_run::DriverErrorKind;
use whimbrel_run::apply::{ApplyError, Failure, Refusal};
use whimbrel_run::backfill::BackfillFailure;
use whimbrel_run::ledger::{EventDirection, LedgerError};
use whimbrel_run::protect::{Gate, Lack};

const AGAIN: &str = "run it again";

pub fn of_target(error: &TargetError) -> Vec<String> {
    match error {
        TargetError::LeadsDown { target } => vec![format!("Migrations::downgrade to `{target}`")],
        TargetError::LeadsUp { target } => vec![format!("Migrations::upgrade with Options::target(\"{target}\")")],
        TargetError::NotApplied(_) => vec!["Migrations::current says what is applied".to_string()],
        TargetError::Malformed(_)
        | TargetError::NotFound(_)
        | TargetError::Ambiguous { .. }
        | TargetError::SeveralHeads { .. }
        | TargetError::SeveralBranchHeads { .. }
        | TargetError::NoBranch(_)
        | TargetError::NotOnBranch { .. }
        | TargetError::SeveralStarts { .. }
        | TargetError::SeveralWays { .. }
        | TargetError::TooFar { .. }
        | TargetError::NotOne { .. } => error.next(),
    }
}

pub fn of_failure(error: &ApplyError) -> Vec<String> {
    let one = |next: &str| vec![next.to_string()];
    match &*error.failure {
        Failure::Target(error) => of_target(error),
        Failure::Statements(error) => vec![error.next()],
        Failure::Refused(refusal) => of_refusal(refusal),
        Failure::Ledger(LedgerError::Newer { .. }) => one("build with the whimbrel that wrote it, or a newer one"),
        Failure::Ledger(LedgerError::Row { .. } | LedgerError::Driver(_)) => Vec::new(),
        Failure::Statement(failed) if failed.error.kind == DriverErrorKind::Forbidden => {
            one("open the database as somebody who may, or Database::assume_role")
        }
        Failure::Statement(_) | Failure::Violations { .. } => one("correct the statement, build, and run it again"),
        Failure::Backfill(failure) => match &**failure {
            BackfillFailure::Unending { table, .. } => vec![format!(
                "find what writes `{table}`: code that still writes the old values, a trigger that changes what is \
                 written, or a FROM that finds several rows for one; then run it again"
            )],
            BackfillFailure::InTheWay { .. } => {
                one("end the transaction that holds the rows, or wait; then run it again")
            }
            BackfillFailure::PauseQuery { .. } => one("correct the query of Options::pause_when"),
        },
        Failure::Blocked(_) => vec![
            "once they are gone, run it again".to_string(),
            "Options::lock_patience waits longer, and keeps nobody waiting meanwhile".to_string(),
        ],
        Failure::Kept { .. } if error.report.direction == Direction::Up => vec![
            "see to what the engine says, then run it again".to_string(),
            "Options::keep_nothing(\"reason\"): what it destroys is gone for good; goes on the ledger".to_string(),
        ],
        Failure::Kept { .. } => vec![
            "correct the downgrade in the file, build, and run it again".to_string(),
            "Options::leave_kept(\"reason\"): the values stay where they are kept".to_string(),
        ],
        Failure::Locked { .. } => {
            vec![AGAIN.to_string(), "Options::wait waits longer for the other runner".to_string()]
        }
        Failure::Overtaken | Failure::Stopped | Failure::Lost { .. } | Failure::Driver(_) => one(AGAIN),
    }
}

fn of_refusal(refusal: &Refusal) -> Vec<String> {
    let one = |next: String| vec![next];
    match refusal {
        Refusal::Edited { revisions } => {
            let first = revisions.first().map_or("", |revision| revision.id.as_str());
            vec![
                "bring the files back as they were, write the change as a new revision, and build".to_string(),
                format!("whimbrel stamp {first}   (if the edit changed nothing that runs)"),
            ]
        }
        Refusal::Missing { .. } => {
            one("the database was changed by a newer program: run that one, or build with its migrations".to_string())
        }
        Refusal::Drift { .. } => vec![
            "write the difference as a revision, or undo it in the database; then run it again".to_string(),
            "Options::accept_drift(\"reason\"): goes on the ledger".to_string(),
        ],
        Refusal::Gate(shut) => of_lack(&shut.0),
        Refusal::Questions { file, .. } => {
            one(format!("answer in {file}: correct the statements, delete the question's line, and build"))
        }
        Refusal::LongCopy { rows, .. } => vec![
            "Options::keep_nothing(\"reason\"): goes on the ledger; a backup has the values".to_string(),
            format!("or, when it may be locked for a while: Options::keep_rows({rows})"),
        ],
        Refusal::KeptChanged { number, .. } => vec![
            format!("bring `whimbrel_kept_{number}_packed` back as it was from a backup, then run it again"),
            "Options::leave_kept(\"reason\"): undoes the schema without it; goes on the ledger".to_string(),
        ],
        Refusal::NoWayBack { file, .. } => {
            one(format!("write `-- downgrade` into {file}, or `-- nothing to do` below it if there is nothing"))
        }
        Refusal::NoWayBackFromHere { revision, .. } => {
            one(format!("Migrations::upgrade with Options::target(\"{revision}\") ends it; then undo the whole of it"))
        }
        Refusal::OwnTransaction { .. } => {
            one("delete the line: every revision runs in a transaction of its own".to_string())
        }
        Refusal::Backfill { next, .. } => one(format!("{next}, then build")),
        Refusal::HalfWay { revision, direction, .. } => match direction {
            EventDirection::Down => one(format!("Migrations::downgrade to `{revision}-1` ends it")),
            EventDirection::Up | EventDirection::Stamp | EventDirection::Unstamp => vec![
                format!("Migrations::upgrade with Options::target(\"{revision}\") ends it"),
                format!("Migrations::downgrade to `{revision}-1` undoes what of it was done"),
            ],
        },
        Refusal::EditedHalfWay { .. } => {
            one("bring the statement back as it was, and build; what is left to do may be edited".to_string())
        }
        Refusal::Undecided { .. } => vec![
            "Options::resume(Resume::Done), if the database shows that it took effect".to_string(),
            "Options::resume(Resume::Again), if it did not".to_string(),
        ],
    }
}

fn of_lack(lack: &Lack) -> Vec<String> {
    let mut next = match lack {
        Lack::Unconfirmed { environment, .. } => vec![format!("Protected::confirm(\"{environment}\")")],
        Lack::Unreviewed { .. } => vec![
            "whimbrel lint   (says the safe way; answer questions in the files)".to_string(),
            "allow it in the file with its reason, where it is meant so".to_string(),
        ],
        Lack::NoProvedBackup { .. } => {
            vec!["whimbrel backup create, then whimbrel backup restore latest --into URL".to_string()]
        }
        Lack::NoRehearsal { .. } | Lack::StaleRehearsal { .. } => vec!["whimbrel rehearse".to_string()],
        Lack::UnsignedRehearsal { .. } => vec!["whimbrel rehearse   (where the key is)".to_string()],
        Lack::Unseen { .. } => vec!["see to that, then run it again".to_string()],
    };
    next.extend(door(lack.gate()).map(|door| format!("{door}(\"reason\"): goes on the ledger")));
    next
}

fn door(gate: Gate) -> Option<&'static str> {
    match gate {
        Gate::Confirmation => None,
        Gate::Drift => Some("Options::accept_drift"),
        Gate::Review => Some("Protected::without_review"),
        Gate::Backup => Some("Protected::without_backup"),
        Gate::Rehearsal => Some("Protected::without_rehearsal"),
    }
}
