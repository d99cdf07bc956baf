//! What it costs to keep the values that a statement destroys: it is done before the statement, under its lock, and is
//! none of the statement's own.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use whimbrel_plan::review::{Blocks, Touched};

use super::gauge::{Gauge, Reading};
use super::meter::micros;
use super::rehearsal::{Measured, Shares};
use crate::apply::{self, Held, Within};
use crate::{Driver, DriverError};

/// One copying aside. Times are as those of [`Measured`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// What is kept, in words.
    pub what: String,
    pub held: Held,
    pub began_us: u64,
    pub took_us: u64,
    /// When its lock was let go.
    pub over_us: u64,
    /// What measuring took meanwhile: it is in `over_us`, and not in `took_us`.
    pub measuring_us: u64,
    /// `None` where the engine lets nobody see it.
    pub reading: Option<Reading>,
}

impl Keeping {
    pub fn blocks(&self) -> Blocks {
        self.reading.as_ref().map_or(Blocks::Nothing, Reading::blocks)
    }

    /// For how long its lock was held, without what the measuring itself took.
    pub fn held_us(&self) -> u64 {
        self.over_us.saturating_sub(self.began_us).saturating_sub(self.measuring_us).max(self.took_us)
    }
}

/// Those of one revision, on the way, each with the number of the statement that it is for.
#[derive(Debug, Default)]
pub(super) struct Keepings {
    found: Vec<(usize, Keeping)>,
    began_us: u64,
}

impl Keepings {
    pub fn before(
        &mut self,
        driver: &mut dyn Driver,
        gauge: &mut Option<&mut dyn Gauge>,
        keeping: &apply::Keeping<'_>,
        clock: Instant,
    ) -> Result<(), DriverError> {
        // A transaction that did not get its locks is tried again from its beginning.
        let same = |found: &Keeping| found.held == keeping.how && found.what == keeping.what;
        self.found.retain(|(number, found)| *number < keeping.number || (*number == keeping.number && !same(found)));
        if let Some(gauge) = gauge {
            gauge.before(driver, Within::Transaction)?;
        }
        self.began_us = micros(clock.elapsed());
        Ok(())
    }

    pub fn after(
        &mut self,
        driver: &mut dyn Driver,
        gauge: &mut Option<&mut dyn Gauge>,
        keeping: &apply::Keeping<'_>,
        clock: Instant,
    ) -> Result<(), DriverError> {
        let (over_us, begun) = (micros(clock.elapsed()), Instant::now());
        let reading = match gauge {
            Some(gauge) => Some(own(gauge.after(driver, &[])?)),
            None => None,
        };
        let began_us = self.began_us;
        let kept = Keeping {
            what: keeping.what.to_string(),
            held: keeping.how,
            began_us,
            took_us: over_us.saturating_sub(began_us),
            over_us,
            measuring_us: micros(begun.elapsed()),
            reading,
        };
        self.found.push((keeping.number, kept));
        Ok(())
    }

    /// Whether a lock of one is held when the first statement of a revision begins.
    pub fn hold(&self) -> bool {
        self.found.iter().any(|(_, keeping)| keeping.held == Held::Along)
    }

    /// Gives each to its statement, of which it is known by now when its transaction was over.
    pub fn hand_over(self, measured: &mut [Measured]) {
        for (number, mut keeping) in self.found {
            let Some(at) = measured.iter().position(|it| it.number == number) else { continue };
            let shares = |it: &Measured| it.within == Shares::Transaction;
            let before = measured.get(..at).unwrap_or_default();
            let first = at - before.iter().rev().take_while(|it| shares(it)).count();
            let measuring = measured.get(first).map_or(0, |it| it.measuring_us);
            let Some(statement) = measured.get_mut(at) else { continue };
            match keeping.held {
                Held::Along => {
                    keeping.over_us = statement.over_us.max(keeping.over_us);
                    keeping.measuring_us += measuring;
                }
                Held::Before | Held::Ahead => keeping.over_us += keeping.measuring_us,
            }
            statement.keeping.push(keeping);
        }
    }
}

/// Without what is counted of the engine's last statement only: copying aside is many.
fn own(mut reading: Reading) -> Reading {
    for relation in reading.relations.iter_mut().filter(|it| it.on == Touched::Database) {
        relation.rows_read = None;
    }
    reading
}
