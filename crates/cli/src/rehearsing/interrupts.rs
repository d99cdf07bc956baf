//! Ctrl-C during a rehearsal: whatever runs on any of its connections is stopped, and what it made is cleared away.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use whimbrel_run::{Canceller, Driver};

use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::signals;

pub struct Interrupts {
    cancels: Arc<Mutex<Vec<Canceller>>>,
}

impl Interrupts {
    /// Asked twice, the process leaves at once, and the next rehearsal clears away what it left.
    pub fn heed(stop: &Arc<AtomicBool>, printer: &Printer) -> Result<Interrupts, Failure> {
        let cancels: Arc<Mutex<Vec<Canceller>>> = Arc::default();
        let (stop, known) = (Arc::clone(stop), Arc::clone(&cancels));
        let impatient = printer.farewell("left at once: the next rehearsal clears away the copy");
        let handler = move || {
            if stop.swap(true, Ordering::SeqCst) {
                impatient();
            }
            // On a thread of its own, because it may wait for the network, and the next signal must be heard.
            let known = Arc::clone(&known);
            thread::spawn(move || {
                if let Ok(cancels) = known.lock() {
                    cancels.iter().for_each(|cancel| cancel());
                }
            });
        };
        signals::heed(handler)
            .map_err(|error| Failure::new(Exit::Failed, "signal", format!("Ctrl-C cannot be heeded: {error}")))?;
        Ok(Interrupts { cancels })
    }

    /// What runs on this connection is stopped too.
    pub fn reach(&self, driver: &dyn Driver) {
        if let Ok(mut cancels) = self.cancels.lock() {
            cancels.push(driver.canceller());
        }
    }
}
