//! Queries that are asked again and again while a revision runs, to see which of them have to wait, and how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use super::meter::micros;
use super::query::Query;
use super::rehearsal::{Measured, Wait};
use crate::{Driver, DriverError};

/// More threads than this would keep the machine busy, and not the database.
const THREADS: usize = 4;
const BETWEEN: Duration = Duration::from_millis(1);
/// So much longer than usual a query may take without anybody in its way.
const USUAL: u32 = 3;
const NOTICED: Duration = Duration::from_millis(3);
/// A query that takes longer is measured by what it waits for before it does anything.
pub(super) const AT_MOST: Duration = Duration::from_secs(10);

pub(super) struct Load {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Ask>>>,
}

struct Ask {
    query: usize,
    began: Instant,
    took: Duration,
    usual: Duration,
}

/// A query with its place among all, and how long it takes when nobody is in its way.
pub(super) struct Calm {
    pub query: usize,
    pub sql: String,
    pub took: Duration,
}

impl Calm {
    pub fn of(query: usize, of: &Query, took: Duration) -> Self {
        Calm { query, sql: of.sql.clone(), took }
    }
}

impl Load {
    /// Each thread has a connection of its own, and a share of the queries.
    pub fn start(
        queries: Vec<Calm>,
        connect: &mut dyn FnMut() -> Result<Box<dyn Driver>, DriverError>,
    ) -> Result<Load, DriverError> {
        let over = Arc::new(AtomicBool::new(false));
        let mut shares: Vec<Vec<Calm>> = (0..THREADS.min(queries.len())).map(|_| Vec::new()).collect();
        let count = shares.len().max(1);
        for (at, query) in queries.into_iter().enumerate() {
            if let Some(share) = shares.get_mut(at % count) {
                share.push(query);
            }
        }
        let mut threads = Vec::new();
        for share in shares {
            let (driver, over) = (connect()?, Arc::clone(&over));
            threads.push(thread::spawn(move || ask(driver, share, &over)));
        }
        Ok(Load { over, threads })
    }

    /// Ends the load, and says at which statement which query waited: only where something was locked that keeps others
    /// waiting, so that a machine with other things to do is not taken for one.
    pub fn stop(self, clock: Instant, measured: &mut [Measured]) {
        self.over.store(true, Ordering::Relaxed);
        let asks: Vec<Ask> = self.threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect();
        for ask in asks {
            let from = micros(ask.began.saturating_duration_since(clock));
            let to = from + micros(ask.took);
            // The one that kept it waiting for longest.
            let blocking = measured.iter_mut().filter(|measured| measured.kept_out_us(from, to) > 0);
            if let Some(longest) = blocking.max_by_key(|measured| measured.kept_out_us(from, to)) {
                let waited_us = micros(ask.took.saturating_sub(ask.usual));
                longest.waited.push(Wait { query: ask.query, began_us: from, waited_us });
            }
        }
        for measured in measured {
            measured.waited.sort_by_key(|wait| (wait.began_us, wait.query));
        }
    }
}

fn ask(mut driver: Box<dyn Driver>, mut queries: Vec<Calm>, over: &AtomicBool) -> Vec<Ask> {
    let mut asks = Vec::new();
    while !over.load(Ordering::Relaxed) && !queries.is_empty() {
        // What fails is told of where each query is tried on its own.
        queries.retain(|calm| {
            let began = Instant::now();
            let worked = driver.try_out(&calm.sql, AT_MOST).is_ok();
            let took = began.elapsed();
            if took > calm.took * USUAL + NOTICED {
                asks.push(Ask { query: calm.query, began, took, usual: calm.took });
            }
            worked
        });
        sleep(BETWEEN);
    }
    asks
}
