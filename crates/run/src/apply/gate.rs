use whimbrel_plan::history::History;
use whimbrel_plan::revision::Checksum;

use super::runner::Runner;
use super::{Failure, Refusal};
use crate::ledger::{AppliedRevision, Ledger};
use crate::{Event, drift, protect};

/// What is on the ledger and not in the files as it was, in the order in which it was applied.
#[derive(Debug, Clone, Default)]
pub struct Strays {
    /// No file is that revision.
    pub missing: Vec<AppliedRevision>,
    /// The file says something else now.
    pub edited: Vec<AppliedRevision>,
}

/// Every revision on the ledger should have its file, and the file should say what it said.
pub fn strays(history: &History, ledger: &Ledger) -> Strays {
    let mut strays = Strays::default();
    for (id, event) in ledger.standing() {
        match history.get(id) {
            None => strays.missing.push(event.into()),
            Some(revision) => {
                let other = |known: &Checksum| known.comparable(&revision.checksum) && *known != revision.checksum;
                if event.checksum.as_ref().is_some_and(other) {
                    strays.edited.push(event.into());
                }
            }
        }
    }
    let by_time = |revisions: &mut Vec<AppliedRevision>| revisions.sort_by(|a, b| (&a.at, &a.id).cmp(&(&b.at, &b.id)));
    by_time(&mut strays.missing);
    by_time(&mut strays.edited);
    strays
}

pub(super) fn known_and_unedited(history: &History, ledger: &Ledger) -> Result<(), Refusal> {
    let Strays { missing, edited } = strays(history, ledger);
    if !missing.is_empty() {
        return Err(Refusal::Missing { revisions: missing });
    }
    if !edited.is_empty() {
        return Err(Refusal::Edited { revisions: edited });
    }
    Ok(())
}

impl Runner<'_> {
    /// The database is what it was when the last run left it; or, where nobody looked then, what the history says.
    pub fn compare(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        let protected = self.options.protection.is_some();
        if self.compared || ledger.events.is_empty() && !protected {
            return Ok(());
        }
        self.compared = true;
        let live = self.driver.introspect()?;
        // Before there is a history, nothing is what should be there: what is, nobody has said anything about.
        if ledger.events.is_empty() && protect::is_empty(&live) {
            return Ok(());
        }
        let now = live.fingerprint();
        self.before = Some(now.clone());
        self.foresight.start_at(live.clone());
        if ledger.fingerprint() == Some(&now) {
            return Ok(());
        }
        let differences = match drift::expected(self.driver, self.history, &ledger.applied_ids()) {
            Ok(expected) => drift::compare(self.driver, &expected, &live)?.iter().map(drift::words).collect(),
            // Nobody knows what it should be. Where it is known to be other than it was, that is drift all the same.
            Err(why) => match ledger.fingerprint().filter(|known| known.comparable(&now)) {
                Some(known) => vec![format!("it was {known} and is {now}; which objects differ is unknown: {why}")],
                // What nobody can see is taken for the worst where it counts.
                None if protected => vec![format!("whether it is what it should be is unknown: {why}")],
                None => {
                    (self.listen)(Event::DriftUnchecked { why: &why });
                    return Ok(());
                }
            },
        };
        match (&self.options.accept_drift, differences.is_empty()) {
            (_, true) => Ok(()),
            (Some(reason), false) => {
                (self.listen)(Event::DriftAccepted { differences: &differences, reason });
                let accepted = format!("{reason}: {}", differences.join("; "));
                self.note = Some(format!("drift accepted: {accepted}"));
                self.accepted_drift = Some(accepted);
                Ok(())
            }
            (None, false) => Err(Refusal::Drift { differences }.into()),
        }
    }
}
