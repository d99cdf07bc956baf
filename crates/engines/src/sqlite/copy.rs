//! A copy of a database file while others write it, by SQLite's own means.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::driver::error_of;

/// Pages at a time: between two, writers get their turn.
const PAGES: i32 = 2048;
/// When others write between two steps it begins again; after so many pauses it takes everything in one.
const PATIENCE: u32 = 200;

/// Copies the database in one file into another, which is made. `goes_on` is asked now and then; after `false` nothing
/// is left of it.
pub fn copy(from: &Path, to: &Path, goes_on: &mut dyn FnMut() -> bool) -> Result<(), DriverError> {
    let copied = copy_all(from, to, goes_on);
    if copied.is_err() {
        let _ = std::fs::remove_file(to);
    }
    copied
}

fn copy_all(from: &Path, to: &Path, goes_on: &mut dyn FnMut() -> bool) -> Result<(), DriverError> {
    let failed = |error: rusqlite::Error| error_of(&error);
    // A write-ahead log is read through a file beside it, which somebody may have to make.
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    source.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
    let mut target = Connection::open(to).map_err(failed)?;
    let backup = Backup::new(&source, &mut target).map_err(failed)?;
    let mut waited = 0;
    loop {
        let pages = if waited > PATIENCE { -1 } else { PAGES };
        match backup.step(pages).map_err(failed)? {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => {
                waited += 1;
                sleep(Duration::from_millis(5));
            }
            // More, and whatever a later version may say.
            _more => waited += 1,
        }
        if !goes_on() {
            return Err(DriverError::new(DriverErrorKind::Cancelled, "stopped on request"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_what_it_was_made_from_and_a_stopped_one_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a.db"), folder.path().join("b.db"));
        let source = Connection::open(&from).unwrap();
        source.execute_batch("PRAGMA journal_mode = wal; CREATE TABLE t (a); INSERT INTO t VALUES (7)").unwrap();
        copy(&from, &to, &mut || true).unwrap();
        let copied = Connection::open(&to).unwrap();
        assert_eq!(copied.query_row("SELECT a FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
        source.execute_batch("CREATE TABLE u AS WITH RECURSIVE n(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < 9000) SELECT g, zeroblob(2000) z FROM n").unwrap();
        let stopped = folder.path().join("c.db");
        assert_eq!(copy(&from, &stopped, &mut || false).unwrap_err().kind, DriverErrorKind::Cancelled);
        assert!(!stopped.exists());
    }
}
