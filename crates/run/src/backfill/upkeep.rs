//! Clearing away what changed rows left, beside the batches.
//!
//! It has a connection of its own, so that the batches go on meanwhile. They wait only when they have left as much again
//! before it is done: what nobody clears away makes the table larger.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use whimbrel_schema::ObjectName;

use crate::{Canceller, Driver};

/// Fewer changed rows than this are not worth clearing up after.
const FROM: u64 = 20_000;

pub(super) struct Upkeep {
    table: ObjectName,
    /// Rows after which it is time.
    share: u64,
    since: u64,
    beside: Beside,
}

enum Beside {
    /// Nobody was asked for yet.
    Unknown,
    There(Cleaner),
    /// The connection that runs the batches does it between two of them.
    Nobody,
}

struct Cleaner {
    /// Closed when it is over.
    orders: Option<Sender<()>>,
    busy: Arc<AtomicBool>,
    cancel: Canceller,
    thread: Option<JoinHandle<()>>,
}

/// Whether the next batch has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    No,
    /// What is being cleared away has to be gone first.
    Wait,
    /// It is time, and there is no connection but the caller's.
    Yourself,
}

impl Upkeep {
    pub fn new(table: ObjectName, rows: u64, percent: u64) -> Self {
        let share = (rows / 100 * percent).max(FROM);
        Upkeep { table, share, since: 0, beside: Beside::Unknown }
    }

    /// So many more rows were changed, and nobody can look after that now.
    pub fn note(&mut self, changed: u64) {
        self.since += changed;
    }

    /// After so many more rows were changed.
    pub fn after(&mut self, changed: u64, driver: &mut dyn Driver) -> Due {
        self.since += changed;
        if self.since < self.share {
            return Due::No;
        }
        if let Beside::Unknown = self.beside {
            // Where no connection is to be had, one that is there serves.
            self.beside = match driver.beside() {
                Ok(Some(driver)) => Beside::There(Cleaner::start(driver, self.table.clone())),
                Ok(None) | Err(_) => Beside::Nobody,
            };
        }
        match &self.beside {
            Beside::There(cleaner) if cleaner.is_busy() => Due::Wait,
            Beside::There(cleaner) => {
                cleaner.order();
                self.since = 0;
                Due::No
            }
            Beside::Unknown | Beside::Nobody => {
                self.since = 0;
                Due::Yourself
            }
        }
    }
}

impl Cleaner {
    fn start(mut driver: Box<dyn Driver>, table: ObjectName) -> Cleaner {
        let (orders, heard) = channel::<()>();
        let busy = Arc::new(AtomicBool::new(false));
        let (cancel, done) = (driver.canceller(), busy.clone());
        let thread = spawn(move || {
            while heard.recv().is_ok() {
                // An engine that cannot clear up now, or may not, is no reason to stop.
                let _ = driver.reclaim(&table);
                done.store(false, Ordering::Release);
            }
        });
        Cleaner { orders: Some(orders), busy, cancel, thread: Some(thread) }
    }

    fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    fn order(&self) {
        self.busy.store(true, Ordering::Release);
        if self.orders.as_ref().is_none_or(|orders| orders.send(()).is_err()) {
            self.busy.store(false, Ordering::Release);
        }
    }
}

impl Drop for Cleaner {
    /// What comes next may want the locks that it has.
    fn drop(&mut self) {
        self.orders = None;
        let Some(thread) = self.thread.take() else { return };
        while !thread.is_finished() {
            // Asked again, because a request that comes before the statement does stops nothing.
            if self.is_busy() {
                (self.cancel)();
            }
            sleep(Duration::from_millis(5));
        }
        let _ = thread.join();
    }
}
