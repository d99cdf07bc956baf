//! Which receipt is enough: of what is about to run, on what it is about to run on, from a backup that is enough.

use std::collections::BTreeSet;

use whimbrel_plan::revision::{Revision, RevisionId};

use super::Gate;
use super::lack::Lack;
use super::situation::Situation;
use crate::rehearse::{How, Now, Receipt, Shelf, Signed, plan_hash};

/// The id of one that holds. `backups` are those from one of which it has to come; `None` where no backup of ours is
/// asked for.
pub(super) fn enough(shelf: &Shelf, backups: Option<&[&str]>, now: &Situation<'_>) -> Result<Receipt, Lack> {
    let environment = || now.protection.environment.clone();
    let (receipts, faults) = shelf.receipts();
    let ours = |receipt: &Receipt| {
        receipt.environment.as_ref() == Some(&now.protection.environment) && receipt.engine == now.engine
    };
    let mut newest = None;
    for receipt in receipts.into_iter().filter(ours) {
        let moved = receipt.stale_because(&as_of(&receipt, backups, now));
        let (id, made_at) = (receipt.id.clone(), receipt.made_at.clone());
        if !moved.is_empty() {
            newest.get_or_insert(Lack::StaleRehearsal { environment: environment(), id, made_at, moved });
            continue;
        }
        match vouched(&receipt, shelf, now) {
            Ok(()) => return Ok(receipt),
            Err(why) => newest.get_or_insert(Lack::UnsignedRehearsal { environment: environment(), id, made_at, why }),
        };
    }
    let more = faults.first().map(ToString::to_string);
    Err(newest.unwrap_or_else(|| Lack::NoRehearsal { environment: environment(), more }))
}

/// What is so now, as this receipt would see it: what a run that was stopped has done under it was part of what was
/// rehearsed.
fn as_of(receipt: &Receipt, backups: Option<&[&str]>, now: &Situation<'_>) -> Now {
    let under: BTreeSet<&RevisionId> = now
        .ledger
        .standing()
        .into_iter()
        .filter(|(_, event)| now.is_under(event, Gate::Rehearsal, &receipt.id))
        .map(|(id, _)| id)
        .collect();
    let plan = |revision: &&Revision| now.pending.contains(&revision.id) || under.contains(&revision.id);
    let plan: Vec<&Revision> = now.revisions.iter().filter(plan).collect();
    let applied = now.ledger.applied_ids().into_iter().filter(|id| !under.contains(id)).collect();
    let bound = receipt.bound.backup.as_ref().map(|backup| backup.id.as_str());
    let backup = backups.and_then(|ids| ids.iter().find(|id| Some(**id) == bound).or(ids.first()));
    Now {
        at: now.at,
        plan: plan_hash(&plan, now.engine),
        revisions: plan.iter().map(|revision| (revision.id.clone(), revision.checksum.clone())).collect(),
        applied,
        // Half-way it is neither what it was nor what it will be; that it is what the history says is looked at before.
        schema: if under.is_empty() { now.schema.clone() } else { receipt.bound.schema.clone() },
        server: now.server,
        backup: backup.map(ToString::to_string),
        at_most: Some(now.protection.rehearsal_age),
    }
}

/// Whether somebody who may says so, and the rehearsal that lies beside it is the one it is about.
fn vouched(receipt: &Receipt, shelf: &Shelf, now: &Situation<'_>) -> Result<(), String> {
    if receipt.copy.how == How::SchemaOnly {
        return Err("it was made without rows".to_string());
    }
    if let Some(key) = &now.protection.public_key {
        match receipt.signed_by(key) {
            Signed::Well => {}
            Signed::Not => return Err("it is not signed, and a key is configured".to_string()),
            Signed::ByAnother => return Err("it is signed with another key than is configured".to_string()),
            Signed::Wrong => return Err("it says something else than was signed".to_string()),
        }
    }
    let bytes = shelf.rehearsal(receipt).map_err(|error| error.to_string())?;
    match Shelf::hash(&bytes) == receipt.rehearsal {
        true => Ok(()),
        false => Err("the rehearsal beside it is another one".to_string()),
    }
}
