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
    /// Others write too, and it takes about as long to keep a batch as to make it.
    crowded: bool,
}

/// What a batch took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Took {
    /// Until it could begin.
    pub waited: Duration,
    /// Until its rows were changed.
    pub changing: Duration,
    /// Until it was kept, and out of the way of others.
    pub held: Duration,
}

/// Whoever waits for the engine's one lock so long has found somebody else at it.
const CROWDED: Duration = Duration::from_millis(1);

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
        Pace { pacing, rows, held: Duration::ZERO, crowded: false }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Where one writes at a time, whoever waits sleeps for longer each time that it finds the engine taken. If others keep
    /// it as busy as a batch does, so that there is little between them, twice as much is left to them.
    pub fn pause(&self) -> Duration {
        let times = if self.crowded { 2 } else { 1 };
        let rest = (self.held * self.pacing.rest * times).min(LONGEST_REST);
        self.pacing.pause.max(rest)
    }

    /// After a batch that went well. At most half as many again, so that one quick batch among full caches does not
    /// make the next one long. How long the disk takes to keep it says nothing about how many rows it should have: small
    /// batches are kept no sooner.
    pub fn learn(&mut self, changed: u64, took: Took) {
        let most = match changed.saturating_mul(SPARSE) < self.rows {
            true => self.pacing.most.saturating_mul(SPARSE),
            false => self.pacing.most,
        };
        let Took { waited, changing, held } = took;
        self.held = held;
        self.crowded = waited >= CROWDED && held.saturating_sub(changing) * 2 >= changing;
        let (target, took) = (self.pacing.target.as_micros(), changing.as_micros().max(1));
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

    fn took(milliseconds: u64) -> Took {
        let took = Duration::from_millis(milliseconds);
        Took { waited: Duration::ZERO, changing: took, held: took }
    }

    #[test]
    fn batches_grow_and_shrink_towards_their_time_within_bounds() {
        let mut pace = Pace::new(PACING, &Options::default(), None);
        assert_eq!(pace.rows(), 1_000);
        pace.learn(1_000, took(10));
        assert_eq!(pace.rows(), 1_501);
        pace.learn(1_501, took(200));
        assert_eq!(pace.rows(), 750);
        for _ in 0..50 {
            pace.learn(pace.rows(), took(1));
        }
        assert_eq!(pace.rows(), 10_000);
        pace.learn(3, took(1));
        assert_eq!(pace.rows(), 15_001, "what is hardly changed may be more");
        for _ in 0..50 {
            pace.learn(pace.rows(), took(5_000));
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
        pace.learn(1_000, took(30));
        assert_eq!(pace.pause(), Duration::from_millis(90));
        pace.learn(1_000, took(30_000));
        assert_eq!(pace.pause(), Duration::from_secs(1));
        let said = Options { pause: Some(Duration::from_millis(5)), ..Options::default() };
        let mut pace = Pace::new(PACING, &said, None);
        pace.learn(1_000, took(30));
        assert_eq!(pace.pause(), Duration::from_millis(5));
    }

    #[test]
    fn more_is_left_to_others_where_they_write_too_and_each_keeps_the_disk_busy() {
        let mut pace = Pace::new(PACING, &Options::default(), None);
        let (changing, held) = (Duration::from_millis(10), Duration::from_millis(30));
        pace.learn(1_000, Took { waited: Duration::from_millis(4), changing, held });
        assert_eq!(pace.pause(), Duration::from_millis(180));
        pace.learn(1_000, Took { waited: Duration::ZERO, changing, held });
        assert_eq!(pace.pause(), Duration::from_millis(90), "nobody was there");
        let held = Duration::from_millis(11);
        pace.learn(1_000, Took { waited: Duration::from_millis(4), changing, held });
        assert_eq!(pace.pause(), Duration::from_millis(33), "it was kept in no time");
    }

    #[test]
    fn whoever_wants_small_batches_gets_them() {
        let small = Options { rows: Some(7), ..Options::default() };
        let mut pace = Pace::new(PACING, &small, None);
        pace.learn(7, took(1));
        assert_eq!(pace.rows(), 7);
    }
}
