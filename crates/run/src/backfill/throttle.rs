use std::time::{Duration, Instant};

use super::{BackfillFailure, Checkpoints, Options};
use crate::{Driver, DriverError};

/// Why the next batch has to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hold {
    Paused { by: String },
    Waiting { why: String },
}

/// What is asked between batches, and when it was asked last: the questions must not cost more than the batches.
#[derive(Debug)]
pub(super) struct Throttle<'o> {
    options: &'o Options,
    asked: Option<Instant>,
}

const EVERY: Duration = Duration::from_millis(250);

/// The throttle's own failures, or the engine's.
#[derive(Debug)]
pub(super) enum Asked {
    Failure(Box<BackfillFailure>),
    Driver(Box<DriverError>),
}

impl From<DriverError> for Asked {
    fn from(error: DriverError) -> Self {
        Asked::Driver(Box::new(error))
    }
}

impl<'o> Throttle<'o> {
    pub fn new(options: &'o Options) -> Self {
        Throttle { options, asked: None }
    }

    /// Whether to wait; `None` also when it was asked a moment ago and there was no reason.
    pub fn look(
        &mut self,
        driver: &mut dyn Driver,
        checkpoints: &Checkpoints,
        place: (i64, i64),
    ) -> Result<Option<Hold>, Asked> {
        if self.asked.is_some_and(|asked| asked.elapsed() < EVERY) {
            return Ok(None);
        }
        if let Some(by) = checkpoints.paused_by(driver, place.0, place.1)? {
            return Ok(Some(Hold::Paused { by }));
        }
        if let Some(query) = &self.options.pause_when {
            let rows = driver.query(query, &[]).map_err(|error| match error.is_refusal() {
                true => Asked::Failure(Box::new(BackfillFailure::PauseQuery { query: query.clone(), error })),
                false => Asked::Driver(Box::new(error)),
            })?;
            let answer = rows.into_iter().next().and_then(|row| row.into_iter().next().flatten());
            if answer.is_some_and(|answer| ["t", "true", "1"].contains(&answer.as_str())) {
                return Ok(Some(Hold::Waiting { why: "`pause_when` says so".to_string() }));
            }
        }
        if let Some(lag) = driver.replica_lag()?.filter(|lag| *lag > self.options.lag) {
            let (behind, allowed) = (lag.as_secs(), self.options.lag.as_secs());
            return Ok(Some(Hold::Waiting { why: format!("a replica is {behind} s behind, {allowed} s are allowed") }));
        }
        self.asked = Some(Instant::now());
        Ok(None)
    }
}
