use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use whimbrel_plan::backfill::{BackfillPlan, Batching, Pass, Position};

use super::hands::{Hands, upper};
use super::pace::{Pace, Took};
use super::worker::{heed, nap};
use super::{Ended, Options};
use crate::{Driver, DriverError, DriverErrorKind};

/// How often it is asked how far replicas are behind, and how long is waited for them.
const ASKED_EVERY: Duration = Duration::from_millis(250);

/// Carries the rows behind the one key up to the other, and says how many.
pub(crate) type Batch<'b> = dyn Fn(&mut dyn Driver, Option<&Position>, &Position) -> Result<u64, DriverError> + 'b;

/// Rows that are carried elsewhere batch by batch, each batch in a transaction of its own.
pub(crate) struct Copying<'c> {
    pub plan: &'c BackfillPlan<'c>,
    pub batch: &'c Batch<'c>,
    pub options: &'c Options,
    pub patience: Duration,
    pub stop: &'c AtomicBool,
}

impl Copying<'_> {
    /// From behind a row to the end of the table, with the pauses of a backfill. Gives how many rows were carried.
    pub fn run(&self, driver: &mut dyn Driver, reached: Option<Position>) -> Result<u64, Ended> {
        let Some(pacing) = driver.dialect().batching().map(Batching::pacing) else { return Ok(0) };
        let mut hands = Hands::new(Pace::new(pacing, self.options, None), self.patience);
        let (mut carried, mut after) = (0, reached);
        let mut asked = Instant::now();
        loop {
            heed(self.stop)?;
            if asked.elapsed() >= ASKED_EVERY {
                asked = Instant::now();
                if driver.replica_lag()?.is_some_and(|lag| lag > self.options.lag) {
                    nap(ASKED_EVERY, self.stop)?;
                    continue;
                }
            }
            match self.next(driver, &mut hands, after.as_ref()) {
                Ok(None) => return Ok(carried),
                Ok(Some((upto, rows))) => {
                    carried += rows;
                    after = Some(upto);
                    nap(hands.pace.pause(), self.stop)?;
                }
                Err(ended) => {
                    let later = hands.make_way(driver, &self.plan.table, ended)?;
                    nap(later.pause, self.stop)?;
                }
            }
        }
    }

    fn next(
        &self,
        driver: &mut dyn Driver,
        hands: &mut Hands,
        after: Option<&Position>,
    ) -> Result<Option<(Position, u64)>, Ended> {
        let query = self.plan.upper(Pass::First, after, None, hands.pace.rows());
        let Some(upto) = upper(driver, &query)? else { return Ok(None) };
        driver.expect_no_violations();
        let asked = Instant::now();
        driver.begin()?;
        let begun = Instant::now();
        let rows = (self.batch)(driver, after, &upto)?;
        let changing = begun.elapsed();
        driver.commit().map_err(|error| {
            let in_doubt = error.kind == DriverErrorKind::Lost;
            Ended::Driver { error: Box::new(error), in_doubt }
        })?;
        hands.got_through();
        hands.pace.learn(rows, Took { waited: begun - asked, changing, held: begun.elapsed() });
        Ok(Some((upto, rows)))
    }
}
