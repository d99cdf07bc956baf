//! A database copied page by page, by SQLite's own online backup.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use whimbrel_run::backup::{Doing, Progress, Watch};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::super::driver::error_of;
use super::contents::told;

/// Bytes that are copied between two looks at whether to go on, and while which a writer waits.
const PIECE: i64 = 4 << 20;
/// How long a lock of somebody else's is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Who else is at the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// Nobody who would have to wait for us.
    Free,
    /// Whoever writes waits while pages are copied: they are let in between two pieces.
    Wait,
}

pub(super) fn copy(
    from: &Connection,
    to: &mut Connection,
    others: Others,
    doing: Doing,
    watch: &mut Watch<'_>,
) -> Result<(), DriverError> {
    let size: i64 = from.query_row("PRAGMA page_size", [], |row| row.get(0)).map_err(|error| error_of(&error))?;
    let backup = Backup::new(from, to).map_err(|error| error_of(&error))?;
    let mut at_once = i32::try_from(PIECE / size.max(1)).unwrap_or(1).max(1);
    let (mut left_before, mut waiting) = (i32::MAX, None::<Instant>);
    loop {
        let begun = Instant::now();
        let step = backup.step(at_once).map_err(|error| error_of(&error))?;
        let progress = backup.progress();
        let bytes = |pages: i32| u64::try_from(i64::from(pages) * size).unwrap_or_default();
        let of = bytes(progress.pagecount);
        told(watch, Progress::of(doing, of.saturating_sub(bytes(progress.remaining)), Some(of)))?;
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => {
                waiting = None;
                // Somebody has written, and it begins again. Each time in larger pieces: in the end in one, so that no
                // number of writers keeps it from ending, and none of them waits longer than for one copy.
                if progress.remaining >= left_before {
                    at_once = at_once.saturating_mul(4);
                }
                left_before = progress.remaining;
                if others == Others::Wait {
                    sleep((begun.elapsed() / 2).clamp(Duration::from_millis(1), LONGEST_PAUSE));
                }
            }
            // With locks that are not let go within the time that the connection itself waits.
            _ => {
                if waiting.get_or_insert(begun).elapsed() > PATIENCE {
                    let message = "somebody else keeps the database locked";
                    return Err(DriverError::new(DriverErrorKind::Busy, message));
                }
                sleep(LONGEST_PAUSE);
            }
        }
    }
}
