use std::time::Duration;

use whimbrel_plan::backfill::Pacing;

use super::Options;

/// How many rows the next batch has: as many as take the time that a batch should take.
#[derive(Debug, Clone)]
pub struct Pace {
    pacing: Pacing,
    rows: u64,
    /// How long the last batch was in the way of others.
    held: Duration,
}

/// No pause is longer by itself.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// Rows that are only looked at cost little: a batch that changes few of them may go over more.
const SPARSE: u64 = 10;

impl Pace {
    pub fn new(pacing: Pacing, options: &Options, rows: Option<u64>) -> Self {
        let most = options.rows.unwrap_or(pacing.most).max(1);
        let pacing = Pacing {
            most,
            least: pacing.least.min(most),
            target: options.target.unwrap_or(pacing.target),
            pause: options.pause.unwrap_or(pacing.pause),
            rest: if options.pause.is_some() { 0 } else { pacing.rest },
            ..pacing
        };
        let rows = rows.unwrap_or(pacing.first).clamp(1, most);
        Pace { pacing, rows, held: Duration::ZERO }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn pause(&self) -> Duration {
        let rest = (self.held * self.pacing.rest).min(LONGEST_REST);
        self.pacing.pause.max(rest)
    }

    /// After a batch that went well. At most half as many again, so that one quick batch among full caches does not
    /// make the next one long. How long the disk takes to keep it says nothing about how many rows it should have: small
    /// batches are kept no sooner.
    pub fn learn(&mut self, changed: u64, took: Duration, held: Duration) {
        let most = match changed.saturating_mul(SPARSE) < self.rows {
            true => self.pacing.most.saturating_mul(SPARSE),
            false => self.pacing.most,
        };
        self.held = held;
        let (target, took) = (self.pacing.target.as_micros(), took.as_micros().max(1));
        let rows = u128::from(self.rows);
        let wanted = (rows * target / took).clamp(rows / 2, rows * 3 / 2 + 1);
        self.rows = u64::try_from(wanted).unwrap_or(most).clamp(self.pacing.least, most);
    }

    /// Somebody was in the way, or waits for what the batch has locked.
    pub fn shrink(&mut self) {
        self.rows = (self.rows / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACING: Pacing = Pacing {
        first: 1_000,
        least: 100,
        most: 10_000,
        target: Duration::from_millis(100),
        pause: Duration::from_millis(2),
        rest: 3,
        upkeep_percent: 10,
        side_by_side: true,
    };

    #[test]
    fn batches_grow_and_shrink_towards_their_time_within_bounds() {
        let mut pace = Pace::new(PACING, &Options::default(), None);
        assert_eq!(pace.rows(), 1_000);
        pace.learn(1_000, Duration::from_millis(10), Duration::from_millis(10));
        assert_eq!(pace.rows(), 1_501);
        pace.learn(1_501, Duration::from_millis(200), Duration::from_millis(200));
        assert_eq!(pace.rows(), 750);
        for _ in 0..50 {
            pace.learn(pace.rows(), Duration::from_millis(1), Duration::from_millis(1));
        }
        assert_eq!(pace.rows(), 10_000);
        pace.learn(3, Duration::from_millis(1), Duration::from_millis(1));
        assert_eq!(pace.rows(), 15_001, "what is hardly changed may be more");
        for _ in 0..50 {
            pace.learn(pace.rows(), Duration::from_secs(5), Duration::from_secs(5));
        }
        assert_eq!(pace.rows(), 100);
        for _ in 0..50 {
            pace.shrink();
        }
        assert_eq!(pace.rows(), 1, "what is in the way of a batch may be one row");
    }

    #[test]
    fn the_pause_grows_with_the_batch_unless_somebody_says_how_long_it_is() {
        let mut pace = Pace::new(PACING, &Options::default(), None);
        assert_eq!(pace.pause(), Duration::from_millis(2));
        pace.learn(1_000, Duration::from_millis(30), Duration::from_millis(30));
        assert_eq!(pace.pause(), Duration::from_millis(90));
        pace.learn(1_000, Duration::from_secs(30), Duration::from_secs(30));
        assert_eq!(pace.pause(), Duration::from_secs(1));
        let said = Options { pause: Some(Duration::from_millis(5)), ..Options::default() };
        let mut pace = Pace::new(PACING, &said, None);
        pace.learn(1_000, Duration::from_millis(30), Duration::from_millis(30));
        assert_eq!(pace.pause(), Duration::from_millis(5));
    }

    #[test]
    fn whoever_wants_small_batches_gets_them() {
        let small = Options { rows: Some(7), ..Options::default() };
        let mut pace = Pace::new(PACING, &small, None);
        pace.learn(7, Duration::from_millis(1), Duration::from_millis(1));
        assert_eq!(pace.rows(), 7);
    }
}
