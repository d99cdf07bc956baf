use whimbrel_plan::history::History;
use whimbrel_plan::revision::Checksum;

use super::runner::Runner;
use super::{Failure, Refusal};
use crate::drift::{self, Drift};
use crate::ledger::{AppliedRevision, Ledger};
use crate::{Event, protect};

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
        let differences = match drift::look(self.driver, self.history, ledger, &live, &now)? {
            Drift::None => return Ok(()),
            Drift::Found(differences) => differences,
            Drift::Unknown(why) if protected => drift::unseen(&why),
            Drift::Unknown(why) => {
                (self.listen)(Event::DriftUnchecked { why: &why });
                return Ok(());
            }
        };
        match &self.options.accept_drift {
            Some(reason) => {
                (self.listen)(Event::DriftAccepted { differences: &differences, reason });
                let accepted = format!("{reason}: {}", differences.join("; "));
                self.note = Some(format!("drift accepted: {accepted}"));
                self.accepted_drift = Some(accepted);
                Ok(())
            }
            None => Err(Refusal::Drift { differences }.into()),
        }
    }
}
