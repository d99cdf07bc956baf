//! One connection that changes rows, batch after batch, and what it does when somebody is in its way.

use std::time::{Duration, Instant};

use whimbrel_plan::backfill::Position;
use whimbrel_schema::ObjectName;

use super::pace::{Pace, Took};
use super::{BackfillFailure, Ended};
use crate::{Driver, DriverError, DriverErrorKind};

const ASKED_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Hands {
    pub pace: Pace,
    /// How long rows that others have locked are waited for.
    patience: Duration,
    /// Since when nothing got through.
    stuck: Option<Instant>,
    asked_who_waits: Instant,
    tries: u32,
}

/// A batch that got through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Through {
    /// Rows that it went over, as far as is known, and those that it changed.
    pub rows: u64,
    pub changed: u64,
}

/// What is tried again.
#[derive(Debug)]
pub(super) struct Later {
    pub pause: Duration,
    pub why: String,
}

impl Hands {
    pub fn new(pace: Pace, patience: Duration) -> Self {
        Hands { pace, patience, stuck: None, asked_who_waits: Instant::now(), tries: 0 }
    }

    /// The rows and how far they reach, together or not at all.
    pub fn batch(
        &mut self,
        driver: &mut dyn Driver,
        statement: &str,
        written: impl FnOnce(Through) -> String,
    ) -> Result<Through, Ended> {
        driver.expect_no_violations();
        let asked = Instant::now();
        driver.begin()?;
        // Whoever waits for the engine's one lock is in nobody's way before it is had.
        let begun = Instant::now();
        let changed = driver.execute_batch(statement)?;
        let through = Through { rows: self.pace.rows(), changed };
        let mut in_the_way = false;
        if self.asked_who_waits.elapsed() >= ASKED_EVERY {
            self.asked_who_waits = Instant::now();
            in_the_way = driver.sessions_waiting()? > 0;
        }
        let changing = begun.elapsed();
        end(driver, &[written(through)])?;
        self.got_through();
        self.pace.learn(changed, Took { waited: begun - asked, changing, held: begun.elapsed() });
        if in_the_way {
            self.pace.shrink();
        }
        Ok(through)
    }

    pub fn got_through(&mut self) {
        self.stuck = None;
    }

    /// Whether nothing has got through for so long that others may ask why.
    pub fn is_stuck(&self) -> bool {
        self.stuck.is_some_and(|stuck| stuck.elapsed() >= ASKED_EVERY)
    }

    /// Lets whoever is in the way go first, as long as patience lasts; gives back what is no such thing. What was begun
    /// is taken back.
    pub fn make_way(&mut self, driver: &mut dyn Driver, table: &ObjectName, ended: Ended) -> Result<Later, Ended> {
        let _ = driver.rollback();
        let error = match ended {
            Ended::Driver { error, in_doubt: false } if is_in_the_way(&error) => error,
            other => return Err(other),
        };
        let stuck = *self.stuck.get_or_insert_with(Instant::now);
        if stuck.elapsed() >= self.patience {
            let (table, waited) = (table.clone(), stuck.elapsed());
            let failure = BackfillFailure::InTheWay { table, waited, error: *error };
            return Err(Ended::Failed(Box::new(failure)));
        }
        self.pace.shrink();
        self.tries = self.tries.wrapping_add(1);
        // The longer nothing gets through, the less often it is tried; never at the same beat as somebody else.
        let jitter = u64::from(Instant::now().elapsed().subsec_nanos() % 7 + self.tries % 13);
        let pause = (stuck.elapsed() / 2).clamp(Duration::from_millis(20), Duration::from_secs(2));
        Ok(Later { pause: pause + Duration::from_millis(jitter), why: error.message.clone() })
    }
}

/// Writes how far it is into the open transaction and commits it.
fn end(driver: &mut dyn Driver, written: &[String]) -> Result<(), Ended> {
    for statement in written {
        if driver.execute(statement)? != 1 {
            return Err(Ended::Overtaken);
        }
    }
    driver.commit().map_err(|error| {
        let in_doubt = error.kind == DriverErrorKind::Lost;
        Ended::Driver { error: Box::new(error), in_doubt }
    })
}

/// How far it is, with whatever has to take effect `along` with it, and no rows.
pub(super) fn write(driver: &mut dyn Driver, written: &[String], along: &[String]) -> Result<(), Ended> {
    driver.expect_no_violations();
    driver.begin()?;
    for statement in along {
        driver.execute(statement)?;
    }
    end(driver, written)
}

/// The end of the next batch behind `after`; none where there is no row more.
pub(crate) fn upper(driver: &mut dyn Driver, query: &str) -> Result<Option<Position>, DriverError> {
    let found = driver.query(query, &[])?;
    Ok(found.into_iter().next().and_then(|row| row.into_iter().collect()))
}

/// Others have locked what the batch needs, or it ran into their changes: smaller and later it may get through.
fn is_in_the_way(error: &DriverError) -> bool {
    match error.kind {
        DriverErrorKind::Busy | DriverErrorKind::TimedOut => true,
        // serialization_failure, and query_canceled where nobody cancelled: a statement_timeout.
        DriverErrorKind::Statement => matches!(error.code.as_deref(), Some("40001" | "57014")),
        DriverErrorKind::Connect
        | DriverErrorKind::Lost
        | DriverErrorKind::Cancelled
        | DriverErrorKind::Unwritable
        | DriverErrorKind::Forbidden
        | DriverErrorKind::Unsupported => false,
    }
}
