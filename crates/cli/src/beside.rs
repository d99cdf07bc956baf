//! Two things at once, where one waits for files and the other for a database.

use std::thread;

/// Does `there` on a thread of its own while `here` is done on this one.
pub fn beside<A: Send, B>(there: impl Fn() -> A + Sync, here: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let thread = scope.spawn(&there);
        let here = here();
        // A thread that ended badly is no reason to go without: the same is done here.
        (thread.join().unwrap_or_else(|_| there()), here)
    })
}
