use std::time::{Duration, Instant};

use whimbrel_schema::ObjectName;

/// How far a backfill is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub table: ObjectName,
    /// Rows that were gone over, and of how many, as far as that is known.
    pub passed: u64,
    pub total: Option<u64>,
    /// Rows that were changed.
    pub changed: u64,
    pub batches: u64,
    /// Rows gone over in a second, lately.
    pub rate: Option<u64>,
    pub left: Option<Duration>,
    pub doing: Doing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// The first time over the table.
    Changing,
    /// Over what was written meanwhile, for the so-manieth time.
    Sweeping {
        pass: u64,
    },
    /// Clearing away what changed rows left.
    Reclaiming,
    /// Counting what is left.
    Proving,
    /// Somebody asked for a pause.
    Paused {
        by: String,
    },
    /// For something that has to get better first, in words.
    Waiting {
        why: String,
    },
    Stopped,
    Done,
}

/// Rows per second over the last while, in which waiting does not count.
#[derive(Debug)]
pub struct Rate {
    since: Instant,
    rows: u64,
    known: Option<f64>,
}

/// A rate is taken over this long, and then weighed against what was known.
const WHILE: Duration = Duration::from_secs(2);

impl Rate {
    pub fn new() -> Self {
        Rate { since: Instant::now(), rows: 0, known: None }
    }

    pub fn add(&mut self, rows: u64) {
        self.rows += rows;
        let took = self.since.elapsed();
        if took >= WHILE {
            let now = self.rows as f64 / took.as_secs_f64();
            self.known = Some(self.known.map_or(now, |known| (known + now) / 2.0));
            self.forget();
        }
    }

    /// Begins anew after a pause.
    pub fn forget(&mut self) {
        (self.since, self.rows) = (Instant::now(), 0);
    }

    /// Before the first while is over, what there is of it.
    pub fn per_second(&self) -> Option<u64> {
        let so_far = || (self.rows > 0).then(|| self.rows as f64 / self.since.elapsed().as_secs_f64().max(0.001));
        self.known.or_else(so_far).map(|rate| rate as u64)
    }
}
