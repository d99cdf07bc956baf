//! Work on a thread of its own, while the caller waits.
//!
//! A driver may have a runtime of its own inside, which must not be driven, nor dropped, on a thread that belongs to
//! another one; and whoever calls may have a small stack, where reading nested SQL wants a large one.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, Builder};

use whimbrel_run as run;

use super::{Error, Event};

const STACK: usize = 16 * 1024 * 1024;

fn builder() -> Builder {
    Builder::new().name("whimbrel".to_string()).stack_size(STACK)
}

/// Does the work, and waits for it.
pub fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    thread::scope(|scope| {
        let worker = builder().spawn_scoped(scope, work).map_err(|error| Error::no_thread(&error))?;
        Ok(worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// The same for work that tells what it does: `listen` is called on the caller's own thread, where its spans are and
/// what it borrows. Nothing is queued: the work is at most one event ahead of whoever listens.
pub fn apart_and_heard<T: Send>(
    listen: &mut dyn FnMut(&Event),
    work: impl FnOnce(&mut dyn FnMut(run::Event<'_>)) -> T + Send,
) -> Result<T, Error> {
    thread::scope(|scope| {
        let (sender, told) = mpsc::sync_channel(0);
        let work = move || {
            let mut tell = |event: run::Event<'_>| {
                // Whoever listens no longer has ended badly, and the run goes on to its end all the same.
                let _ = sender.send(Event::of(event));
            };
            work(&mut tell)
        };
        let worker = builder().spawn_scoped(scope, work).map_err(|error| Error::no_thread(&error))?;
        for event in told {
            listen(&event);
        }
        Ok(worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// Drops it there. Where no thread can be had it is left as it is: a connection that nobody says goodbye to ends with
/// the process, and a runtime that is dropped in the wrong place would end it now.
pub fn drop_apart<T: Send>(value: T) {
    let place = Mutex::new(Some(value));
    let take = || drop(place.lock().unwrap_or_else(PoisonError::into_inner).take());
    let dropped = thread::scope(|scope| builder().spawn_scoped(scope, take).map(|worker| worker.join().is_ok()));
    if dropped.is_err() {
        std::mem::forget(place);
    }
}
