//! The lock that only one runner has at a time: a file beside the database, locked by the system.
//!
//! SQLite's own lock ends with the transaction, and a revision that cannot be one transaction must not be taken over
//! by another runner between two of its statements. The database file itself cannot serve: closing a second handle on
//! it would give up the locks that SQLite holds.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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

impl FileLock {
    /// Writes down what the run does, for whoever looks from beside. Nothing depends on it, so a full disk is no reason to
    /// stop.
    pub fn note(&mut self, statement: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let note = format!("{}\n{now}\n{statement}\n", std::process::id());
        let written = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(note.as_bytes()));
        let _ = written.and_then(|()| self.file.set_len(note.len() as u64));
    }
}

/// What the run that has the lock has written down: its process, since when it does what. `None` where nobody has it.
pub(super) fn noted(database: &Path) -> Option<(i64, Duration, String)> {
    let path = beside(database);
    let file = OpenOptions::new().read(true).open(&path).ok()?;
    if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let note = fs::read_to_string(path).ok()?;
    let mut lines = note.lines();
    let pid = lines.next()?.parse().ok()?;
    let then = UNIX_EPOCH + Duration::from_millis(lines.next()?.parse().ok()?);
    let lasts = SystemTime::now().duration_since(then).unwrap_or_default();
    Some((pid, lasts, lines.next().unwrap_or_default().to_string()))
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
        let mut held = held.unwrap();
        assert_eq!(noted(&database), None, "it has said nothing yet");
        held.note("ALTER TABLE a ADD COLUMN long_name text");
        held.note("DROP TABLE b");
        let (pid, lasts, statement) = noted(&database).unwrap();
        assert_eq!((pid, statement.as_str()), (i64::from(std::process::id()), "DROP TABLE b"));
        assert!(lasts < Duration::from_secs(60));
        drop(held);
        assert_eq!(noted(&database), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
