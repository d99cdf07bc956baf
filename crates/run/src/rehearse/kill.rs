use std::thread;
use std::time::Duration;

use whimbrel_plan::revision::RevisionId;

use super::rehearsal::{Measured, Rehearsed};
use crate::apply::{Ran, Watched, Witness};
use crate::{Driver, DriverError};

/// Where a run is to die: at a statement, and so far into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    pub revision: RevisionId,
    pub statement: usize,
    pub after: Duration,
}

impl Moment {
    /// One statement of all, and one moment of it, by the seed. `None` where nothing ran.
    pub fn draw(seed: u64, revisions: &[Rehearsed]) -> Option<Moment> {
        let all: Vec<(&RevisionId, &Measured)> =
            revisions.iter().flat_map(|revision| revision.statements.iter().map(|it| (&revision.id, it))).collect();
        let count = u64::try_from(all.len()).ok().filter(|count| *count > 0)?;
        let (one, two) = (mixed(seed), mixed(seed.wrapping_add(1)));
        let (revision, statement) = all.get(usize::try_from(one % count).ok()?)?;
        // A quarter dies before the statement has begun.
        let quarters = two % 4;
        let after = Duration::from_micros(statement.took_us / 4 * quarters);
        // What is over sooner than a thread wakes is killed before it begins.
        let after = if after < SHORTEST { Duration::ZERO } else { after };
        Some(Moment { revision: (*revision).clone(), statement: statement.number, after })
    }
}

const SHORTEST: Duration = Duration::from_millis(1);

/// SplitMix64: near numbers become far ones.
pub(super) fn mixed(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Breaks the runner's connection off at that moment.
pub(super) struct Killer {
    pub moment: Moment,
    /// Whether the moment came.
    pub struck: bool,
}

impl Witness for Killer {
    fn before(&mut self, driver: &mut dyn Driver, watched: &Watched<'_>) -> Result<(), DriverError> {
        if watched.revision.id != self.moment.revision || watched.number != self.moment.statement || self.struck {
            return Ok(());
        }
        let Some(sever) = driver.severer() else { return Ok(()) };
        self.struck = true;
        let after = self.moment.after;
        if after.is_zero() {
            sever();
            return Ok(());
        }
        thread::spawn(move || {
            thread::sleep(after);
            sever();
        });
        Ok(())
    }

    fn after(&mut self, _: &mut dyn Driver, _: &Watched<'_>, _: &Ran<'_>) -> Result<(), DriverError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_is_one_moment_and_others_are_others() {
        let numbers: std::collections::BTreeSet<u64> = (0..100).map(|seed| mixed(seed) % 16).collect();
        assert_eq!(numbers.len(), 16);
        assert_eq!(mixed(7), mixed(7));
    }
}
