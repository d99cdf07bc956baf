//! The gates that somebody went around, as the ledger has them.

use std::collections::BTreeSet;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::history::History;
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::Driver;
use whimbrel_run::ledger::{GateRow, Ledger, LedgerError, LedgerEvent, gates};
use whimbrel_run::protect::Gate;

use crate::render::words;

/// One way around, and why it was taken.
#[derive(Debug, Clone, Serialize)]
pub struct Around {
    pub at: String,
    pub who: String,
    /// `upgrade`, `kept drop`.
    pub work: String,
    /// What it was taken for; none where it was not about a revision.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<RevisionId>,
    pub gate: Gate,
    pub reason: String,
    #[serde(skip)]
    shorts: Vec<String>,
    /// Of the run.
    #[serde(skip)]
    pid: Option<i64>,
}

/// All of them, the newest first. One that let through several revisions at once is one.
pub fn read(driver: &mut dyn Driver, ledger: &Ledger, history: &History) -> Result<Vec<Around>, LedgerError> {
    let mut found: Vec<Around> = Vec::new();
    for row in gates(driver)?.into_iter().filter(|row| row.door) {
        let event = row.event.and_then(|seq| ledger.events.iter().find(|event| event.seq == seq));
        let same = |it: &&mut Around| it.is_one_with(&row, event);
        match found.iter_mut().rev().take(Gate::ALL.len()).find(same) {
            Some(around) => around.add(event, history),
            None => {
                let GateRow { work, gate, said, at, who, .. } = row;
                let (revisions, shorts) = (Vec::new(), Vec::new());
                let mut around = Around { at, who, work, revisions, gate, reason: said, shorts, pid: None };
                around.add(event, history);
                found.push(around);
            }
        }
    }
    found.reverse();
    Ok(found)
}

impl Around {
    /// Whether the row is of the same run.
    fn is_one_with(&self, row: &GateRow, event: Option<&LedgerEvent>) -> bool {
        let known: BTreeSet<&RevisionId> = self.revisions.iter().collect();
        let another = event.is_some_and(|event| !known.contains(&event.revision) && event.pid == self.pid);
        another && self.work == row.work && self.gate == row.gate && self.reason == row.said && self.who == row.who
    }

    fn add(&mut self, event: Option<&LedgerEvent>, history: &History) {
        let Some(event) = event else { return };
        self.pid = event.pid;
        self.revisions.push(event.revision.clone());
        self.shorts.push(history.short(&event.revision).to_string());
    }

    /// When, for what, around which gate, why, and who.
    pub fn cells(&self) -> [String; 4] {
        let around = match self.gate {
            Gate::Confirmation => "unconfirmed",
            Gate::Drift => "drift accepted",
            Gate::Review => "without review",
            Gate::Backup => "without backup",
            Gate::Rehearsal => "without rehearsal",
        };
        let of = match self.shorts.as_slice() {
            [] => self.work.clone(),
            [one] => format!("{} {one}", self.work),
            [first, .., last] => format!("{} {first} to {last}", self.work),
        };
        let who = format!("{}, {}", words::when(&self.at), self.who).dimmed().to_string();
        [around.yellow().to_string(), of, self.reason.clone(), who]
    }
}
