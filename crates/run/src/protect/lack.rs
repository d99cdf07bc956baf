use thiserror::Error;

use super::{Gate, Unresolved};
use crate::rehearse::Stale;

/// Why a gate stays shut: what was looked at, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Lack {
    #[error("{environment} is protected, and nobody has said that it is meant")]
    Unconfirmed { environment: String, given: Option<String> },
    #[error("{environment} is protected, and what is pending was not resolved")]
    Unreviewed { environment: String, unresolved: Vec<Unresolved> },
    #[error("{environment} is protected, and no backup newer than its last change has been restored and compared")]
    NoProvedBackup { environment: String, last: Option<LastBackup> },
    #[error("{environment} is protected, and what is pending was never rehearsed")]
    NoRehearsal { environment: String, more: Option<String> },
    #[error("{environment} is protected, and things have moved since the rehearsal")]
    StaleRehearsal { environment: String, id: String, made_at: String, moved: Vec<Stale> },
    #[error("{environment} is protected, and nobody who may has vouched for the rehearsal")]
    UnsignedRehearsal { environment: String, id: String, made_at: String, why: String },
    /// What cannot be looked at is taken for what it would be at worst.
    #[error("what the gate `{gate}` asks for cannot be looked at: {why}")]
    Unseen { gate: Gate, why: String },
}

/// The newest backup of the database, and why it is not enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastBackup {
    pub id: String,
    pub why: String,
    /// It only waits to be restored and compared.
    pub only_unproved: bool,
}

impl Lack {
    pub fn gate(&self) -> Gate {
        match self {
            Lack::Unconfirmed { .. } => Gate::Confirmation,
            Lack::Unreviewed { .. } => Gate::Review,
            Lack::NoProvedBackup { .. } => Gate::Backup,
            Lack::NoRehearsal { .. } | Lack::StaleRehearsal { .. } | Lack::UnsignedRehearsal { .. } => Gate::Rehearsal,
            Lack::Unseen { gate, .. } => *gate,
        }
    }

    /// The word in brackets.
    pub fn code(&self) -> &'static str {
        match self {
            Lack::Unconfirmed { .. } => "unconfirmed",
            Lack::Unreviewed { .. } => "unreviewed",
            Lack::NoProvedBackup { .. } => "no-proved-backup",
            Lack::NoRehearsal { .. } => "no-rehearsal",
            Lack::StaleRehearsal { .. } => "stale-rehearsal",
            Lack::UnsignedRehearsal { .. } => "unsigned-rehearsal",
            Lack::Unseen { gate, .. } => match gate {
                Gate::Confirmation => "unconfirmed",
                Gate::Drift => "drift",
                Gate::Review => "unreviewed",
                Gate::Backup => "no-proved-backup",
                Gate::Rehearsal => "no-rehearsal",
            },
        }
    }

    /// What was looked at, a label and what was found.
    pub fn looked_at(&self) -> Vec<(&'static str, String)> {
        match self {
            Lack::Unconfirmed { given, .. } => match given {
                Some(given) => vec![("confirmed", format!("`{given}`, which is another name"))],
                None => Vec::new(),
            },
            Lack::Unreviewed { unresolved, .. } => {
                let lines: Vec<String> = unresolved.iter().take(MOST_TOLD).map(ToString::to_string).collect();
                let more = match unresolved.len().saturating_sub(MOST_TOLD) {
                    0 => String::new(),
                    more => format!("\nand {more} more"),
                };
                vec![("unresolved", lines.join("\n") + &more)]
            }
            Lack::NoProvedBackup { last: None, .. } => vec![("last backup", "none of this database".to_string())],
            Lack::NoProvedBackup { last: Some(last), .. } => {
                vec![("last backup", format!("{}, {}", last.id, last.why))]
            }
            Lack::NoRehearsal { more, .. } => more.iter().map(|more| ("looked at", more.clone())).collect(),
            Lack::StaleRehearsal { id, made_at, moved, .. } => {
                let moved: Vec<String> = moved.iter().map(ToString::to_string).collect();
                vec![("rehearsal", format!("{id}, made {made_at}")), ("moved", moved.join("\n"))]
            }
            Lack::UnsignedRehearsal { id, made_at, why, .. } => {
                vec![("rehearsal", format!("{id}, made {made_at}")), ("signature", why.clone())]
            }
            Lack::Unseen { .. } => Vec::new(),
        }
    }

    /// What opens the gate, the best way first; the door last. `again` has the options to repeat, `command` is what was
    /// typed.
    pub fn next(&self, command: &str, again: &str) -> Vec<String> {
        let mut next = match self {
            Lack::Unconfirmed { environment, .. } => vec![format!("{command} --confirm {environment}")],
            Lack::Unreviewed { .. } => vec![
                format!("whimbrel lint{again}   (says the safe way; answer questions in the files)"),
                "allow it in the file with its reason, where it is meant so".to_string(),
            ],
            Lack::NoProvedBackup { last: Some(LastBackup { id, only_unproved: true, .. }), .. } => {
                vec![format!("whimbrel backup restore {id} --into URL   (a new database, which is compared with it)")]
            }
            Lack::NoProvedBackup { .. } => {
                vec![format!("whimbrel backup create{again}   (then: whimbrel backup restore latest --into URL)")]
            }
            Lack::NoRehearsal { .. } | Lack::StaleRehearsal { .. } => {
                vec![format!("whimbrel rehearse {}{again}", target_of(command))]
            }
            Lack::UnsignedRehearsal { .. } => {
                vec![format!("whimbrel rehearse {}{again}   (where the key is)", target_of(command))]
            }
            Lack::Unseen { .. } => vec![format!("see to that, then: {command}")],
        };
        let provable = matches!(self.gate(), Gate::Backup | Gate::Rehearsal);
        if provable && command.starts_with("whimbrel upgrade") && !command.contains(" --prove") {
            next.push(format!("{command} --prove   (backs up, restores and compares, rehearses, then applies)"));
        }
        if let Some(door) = self.gate().door() {
            next.push(format!("{command} {door} \"reason\"   (goes on the ledger)"));
        }
        next
    }
}

/// The target of `whimbrel upgrade TARGET …`.
fn target_of(command: &str) -> &str {
    command.split_whitespace().nth(2).unwrap_or("heads")
}

const MOST_TOLD: usize = 6;
