use std::collections::BTreeSet;

use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::{Direction, Revision, RevisionId};

use super::runner::{Runner, Turn};
use super::{ApplyError, Failure, Options, RevisionReport};
use crate::ledger::{self, EventDirection, EventRow, Outcome, Seq, Time};
use crate::protect::Work;
use crate::{Driver, Event, clock};

/// Writes on the ledger that the database stands at the target, and runs nothing. What is above the target counts as
/// not applied, what is below it as applied, as its file is now; with `purge`, everything else as not applied.
pub fn stamp(
    driver: &mut dyn Driver,
    history: &History,
    target: &Target,
    purge: bool,
    options: &Options,
    listen: &mut dyn FnMut(Event<'_>),
) -> Result<super::Report, ApplyError> {
    let mut runner = Runner::new(driver, history, options, listen, Direction::Up);
    let result = runner.lock().and_then(|()| {
        let result = runner.stamp(target, purge);
        let unlocked = runner.driver.unlock();
        result.and_then(|()| unlocked.map_err(Failure::from))
    });
    match result {
        Ok(()) => Ok(runner.report),
        Err(failure) => Err(ApplyError { failure: Box::new(failure), report: Box::new(runner.report) }),
    }
}

impl Runner<'_> {
    fn stamp(&mut self, target: &Target, purge: bool) -> Result<(), Failure> {
        // The gates are not looked at: a stamp is how a person says what is so when the ledger says otherwise.
        let ledger = ledger::read(self.driver)?;
        let history = self.history;
        let applied = ledger.applied();
        let ids: BTreeSet<RevisionId> = applied.keys().cloned().collect();
        self.report.applied.clone_from(&ids);
        let named = history.resolve(target, &ids)?;
        let below = history.closure(named.iter().map(|revision| &revision.id));
        let above: BTreeSet<RevisionId> = match (named.is_empty(), purge) {
            (true, _) | (_, true) => ids.iter().filter(|id| !below.contains(*id)).cloned().collect(),
            (false, false) => history
                .downgrade_path(&ids.union(&below).cloned().collect(), target)?
                .into_iter()
                .map(|revision| revision.id.clone())
                .filter(|id| ids.contains(id) && !below.contains(id))
                .collect(),
        };
        let current = |revision: &&Revision| {
            let known = applied.get(&revision.id).and_then(|applied| applied.checksum.as_ref());
            below.contains(&revision.id) && known != Some(&revision.checksum)
        };
        let stamped: Vec<&Revision> = history.revisions().iter().filter(current).collect();
        if stamped.is_empty() && above.is_empty() {
            return Ok(());
        }
        self.must_be_meant(Work::Stamp)?;
        self.last = ledger.last();
        self.create_ledger(&ledger)?;
        if self.begin_at(self.last)? == Turn::Lost {
            return Err(Failure::Overtaken);
        }
        let written = self.write_stamps(&stamped, &above);
        self.end(written)?;
        self.report.applied.retain(|id| !above.contains(id));
        for revision in stamped {
            self.report.add(RevisionReport {
                id: revision.id.clone(),
                message: revision.message.clone(),
                statements: 0,
                rows: 0,
                took: std::time::Duration::ZERO,
                resumed: false,
            });
        }
        Ok(())
    }

    fn write_stamps(&mut self, stamped: &[&Revision], above: &BTreeSet<RevisionId>) -> Result<(), Failure> {
        let live = self.driver.introspect()?.fingerprint();
        let now = clock::now();
        let ups = stamped
            .iter()
            .map(|revision| (&revision.id, EventDirection::Stamp, Some(&revision.checksum), revision.message.as_str()));
        let downs = above.iter().map(|id| (id, EventDirection::Unstamp, None, ""));
        let count = stamped.len() + above.len();
        for (at, (id, direction, checksum, message)) in downs.chain(ups).enumerate() {
            self.last += 1;
            let row = EventRow {
                seq: Seq::At(self.last),
                revision: id,
                direction,
                outcome: Outcome::Done,
                checksum,
                message,
                fingerprint_before: None,
                fingerprint_after: Some(&live).filter(|_| at + 1 == count),
                time: Time::Known { started_at: &now, finished_at: Some(&now), duration_ms: Some(0) },
                note: None,
                begun: None,
                statements: &[],
            };
            self.driver.execute(&self.tables.insert_event(&row, &self.options.actor))?;
            self.write_passes_of(Work::Stamp, self.last)?;
        }
        Ok(())
    }
}
