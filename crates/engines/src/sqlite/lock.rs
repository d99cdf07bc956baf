//! The lock that only one runner has at a time: a file beside the database, locked by the system.
//!
//! SQLite's own lock ends with the transaction, and a revision that cannot be one transaction must not be taken over
//! by another runner between two of its statements. The database file itself cannot serve: closing a second handle on
//! it would give up the locks that SQLite holds.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Held until dropped; the system lets go of it when the process ends, however it does.
#[derive(Debug)]
pub(super) struct FileLock {
    path: PathBuf,
    file: File,
}

const PAUSE: Duration = Duration::from_millis(20);

impl FileLock {
    /// `None` when somebody else still has it after `wait`.
    pub fn take(database: &Path, wait: Duration) -> io::Result<Option<FileLock>> {
        let path = beside(database);
        let begun = Instant::now();
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            match file.try_lock() {
                // Whoever had it before may have taken the file away; then this one is locked in vain.
                Ok(()) if is_still_there(&file, &path) => return Ok(Some(FileLock { path, file })),
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            if begun.elapsed() >= wait {
                return Ok(None);
            }
            sleep(PAUSE.min(wait.saturating_sub(begun.elapsed())));
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Taken away while it is still locked: whoever locks this file afterwards sees that it is gone. Where a file
        // that is open cannot be taken away, it stays, and does no harm.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

/// Two names of one database have one lock.
fn beside(database: &Path) -> PathBuf {
    let database = fs::canonicalize(database).unwrap_or_else(|_| database.to_path_buf());
    let mut name = database.into_os_string();
    name.push("-whimbrel");
    PathBuf::from(name)
}

#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata().map(identity), fs::metadata(path).map(identity)) {
        (Ok(locked), Ok(named)) => locked == named,
        (Err(_), _) | (_, Err(_)) => false,
    }
}

#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("app.db");
        fs::write(&database, "").unwrap();
        let inside = AtomicUsize::new(0);
        let turns = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let lock = FileLock::take(&database, Duration::from_secs(60)).unwrap();
                        assert!(lock.is_some());
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        turns.fetch_add(1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert_eq!(turns.into_inner(), 160);
        let held = FileLock::take(&database, Duration::ZERO).unwrap();
        assert!(held.is_some());
        assert!(FileLock::take(&database, Duration::from_millis(30)).unwrap().is_none());
        drop(held);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
