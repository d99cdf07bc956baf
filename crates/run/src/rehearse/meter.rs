use std::time::{Duration, Instant};

use whimbrel_plan::Understanding;

use super::compare;
use super::foretell::Foretold;
use super::gauge::Gauge;
use super::keeping::Keepings;
use super::rehearsal::{Measured, Shares};
use crate::apply::{Keeping, Ran, Watched, Within, Witness};
use crate::{Driver, DriverError};

/// Measures each statement of one revision as it runs.
pub(super) struct Meter<'m> {
    pub gauge: Option<&'m mut dyn Gauge>,
    pub foretold: &'m [Foretold],
    /// When the rehearsal began.
    pub clock: Instant,
    pub measured: Vec<Measured>,
    keepings: Keepings,
    /// How long it took to look before the statement that runs.
    looked: Duration,
    began_us: u64,
}

impl<'m> Meter<'m> {
    pub fn new(foretold: &'m [Foretold], clock: Instant) -> Self {
        let (measured, keepings) = (Vec::new(), Keepings::default());
        Meter { gauge: None, foretold, clock, measured, keepings, looked: Duration::ZERO, began_us: 0 }
    }

    /// The revision is over: what its transactions held they hold no longer.
    pub fn finish(mut self, over_us: u64) -> Vec<Measured> {
        let mut end = over_us;
        let mut measuring = 0;
        for at in (0..self.measured.len()).rev() {
            let Some(measured) = self.measured.get_mut(at) else { continue };
            match measured.within {
                Shares::Transaction => {
                    measuring += measured.measuring_us;
                    (measured.over_us, measured.measuring_us) = (end, measuring);
                }
                Shares::None | Shares::Batches => measuring = 0,
            }
            // What ran in no transaction ended the one before it.
            if measured.within != Shares::Transaction {
                end = measured.began_us;
            }
        }
        self.keepings.hand_over(&mut self.measured);
        self.measured
    }
}

impl Witness for Meter<'_> {
    fn before(&mut self, driver: &mut dyn Driver, watched: &Watched<'_>) -> Result<(), DriverError> {
        // A transaction that did not get its locks is tried again from its beginning.
        self.measured.retain(|measured| measured.number < watched.number);
        let begun = Instant::now();
        if let Some(gauge) = &mut self.gauge {
            gauge.before(driver, watched.within)?;
        }
        self.looked = begun.elapsed();
        self.began_us = micros(self.clock.elapsed());
        Ok(())
    }

    fn after(&mut self, driver: &mut dyn Driver, watched: &Watched<'_>, ran: &Ran<'_>) -> Result<(), DriverError> {
        let over_us = micros(self.clock.elapsed());
        let begun = Instant::now();
        let reading = match &mut self.gauge {
            Some(gauge) => Some(gauge.after(driver, ran.notices)?),
            None => None,
        };
        let foretold = self.foretold.get(watched.number - 1);
        let under = match (foretold, &reading, &self.gauge) {
            (Some(foretold), Some(reading), Some(gauge)) => compare::under(foretold, reading, &**gauge),
            (_, _, _) => Vec::new(),
        };
        // Looking before the first statement of a transaction keeps nobody waiting, unless what it destroys was kept.
        let held = watched.number > 1 || self.keepings.hold();
        self.measured.push(Measured {
            number: watched.number,
            of: watched.of,
            sql: watched.statement.sql.clone(),
            file: watched.statement.origin.file.display().to_string(),
            line: watched.statement.origin.line,
            within: match watched.within {
                Within::Transaction => Shares::Transaction,
                Within::None => Shares::None,
                Within::Batches => Shares::Batches,
            },
            began_us: self.began_us,
            took_us: micros(ran.took),
            over_us,
            measuring_us: micros(begun.elapsed() + if held { self.looked } else { Duration::ZERO }),
            rows: ran.rows,
            reading,
            understood: foretold.is_some_and(|it| matches!(it.understanding, Understanding::Known { .. })),
            prediction: foretold.map(|foretold| foretold.prediction.clone()).unwrap_or_default(),
            under,
            waited: Vec::new(),
            keeping: Vec::new(),
        });
        Ok(())
    }

    fn before_keeping(&mut self, driver: &mut dyn Driver, keeping: &Keeping<'_>) -> Result<(), DriverError> {
        self.keepings.before(driver, &mut self.gauge, keeping, self.clock)
    }

    fn after_keeping(&mut self, driver: &mut dyn Driver, keeping: &Keeping<'_>) -> Result<(), DriverError> {
        self.keepings.after(driver, &mut self.gauge, keeping, self.clock)
    }
}

/// As far as they can be counted.
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
