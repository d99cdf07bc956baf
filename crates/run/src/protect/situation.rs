//! Where a database stands when its gates are asked.

use std::collections::BTreeSet;

use jiff::Timestamp;
use whimbrel_plan::revision::{Revision, RevisionId};
use whimbrel_schema::{Engine, Fingerprint, ObjectKind, Schema, Version};

use super::{Gate, Protection};
use crate::ledger::{GateRow, Ledger, LedgerEvent};

pub(super) struct Situation<'a> {
    pub at: Timestamp,
    pub engine: Engine,
    pub server: Version,
    /// The engine, its version and the place, as backups name it.
    pub database: String,
    pub protection: &'a Protection,
    pub deploy: Option<&'a str>,
    pub ledger: &'a Ledger,
    /// What was passed before.
    pub passed: &'a [GateRow],
    pub schema: Fingerprint,
    /// All revisions, in the order of the history.
    pub revisions: &'a [Revision],
    /// Of them, what is about to run.
    pub pending: BTreeSet<&'a RevisionId>,
}

impl Situation<'_> {
    /// Whether a run of this deploy has done this under that backup, or that rehearsal, on the way to what is pending: a
    /// run that was stopped goes on with what it was let through with.
    pub fn is_under(&self, event: &LedgerEvent, gate: Gate, id: &str) -> bool {
        let began = event.begun.unwrap_or(event.seq);
        let of_event = |row: &&GateRow| row.event == Some(event.seq) || row.event == Some(began);
        let mut rows = self.passed.iter().filter(of_event);
        event.deploy.as_deref() == self.deploy
            && rows.any(|row| row.gate == gate && !row.door && row.said == id && self.is_on_the_way_of(row))
    }

    fn is_on_the_way_of(&self, row: &GateRow) -> bool {
        !self.pending.is_empty() && self.pending.iter().all(|id| row.plan.iter().any(|planned| planned == id.as_str()))
    }
}

/// Whether nothing is there that anybody could lose: an extension and an empty namespace are what a new database may
/// come with.
pub fn is_empty(schema: &Schema) -> bool {
    let made = schema.objects.keys().any(|id| !matches!(id.kind, ObjectKind::Namespace | ObjectKind::Extension));
    schema.tables.is_empty() && !made
}
