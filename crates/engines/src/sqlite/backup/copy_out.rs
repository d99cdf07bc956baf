//! The database into a file, and what is in that file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use whimbrel_run::backup::{Doing, Progress, Scope, Snapshot, Watch};
use whimbrel_run::ledger::{self, LedgerError};
use whimbrel_run::{Driver, DriverError, DriverErrorKind};
use whimbrel_schema::ObjectName;

use super::super::driver::{Mode, Place, connect, error_of};
use super::contents::told;
use super::pages::{self, Others};
use super::tables::{Tables, quoted};
use super::{DATABASE, JOURNAL};

/// Where the file itself counts its changes.
const CHANGE_COUNTER: std::ops::Range<usize> = 24..28;

pub(in super::super) fn copy_out(
    from: &Connection,
    scope: &Scope,
    into: &Path,
    watch: &mut Watch<'_>,
) -> Result<Snapshot, DriverError> {
    let path = into.join(DATABASE);
    let journal = journal_mode(from)?;
    write(&into.join(JOURNAL), &journal)?;
    copy_pages(from, &path, &journal, watch).map_err(|error| about(&path, error))?;
    settle(&path).map_err(|error| about(&path, error))?;
    match scope {
        Scope::Full => {}
        // No files of ours, except for the tables that are named elsewhere.
        Scope::External => return Err(DriverError::new(DriverErrorKind::Unsupported, "a command makes this backup")),
        Scope::Affected(tables) => leave_only(&path, tables, watch).map_err(|error| about(&path, error))?,
    }
    let snapshot = look(&path, watch)?;
    for left in ["-wal", "-shm", "-journal"] {
        let left = into.join(format!("{DATABASE}{left}"));
        if left.exists() {
            let message = format!("SQLite left `{}` behind: the copy would be two files", left.display());
            return Err(DriverError::new(DriverErrorKind::Statement, message));
        }
    }
    Ok(snapshot)
}

pub(super) fn journal_mode(connection: &Connection) -> Result<String, DriverError> {
    connection.query_row("PRAGMA main.journal_mode", [], |row| row.get(0)).map_err(|error| error_of(&error))
}

fn write(path: &Path, text: &str) -> Result<(), DriverError> {
    fs::write(path, text).map_err(|error| {
        let message = format!("cannot write `{}`: {error}", path.display());
        DriverError::new(DriverErrorKind::Unwritable, message)
    })
}

/// Which file it is that is full, or may not be made.
fn about(path: &Path, error: DriverError) -> DriverError {
    // SQLite says of some writes without room only that they failed.
    if error.kind == DriverErrorKind::Lost && !has_room(path) {
        let message = format!("no room is left for the copy `{}`", path.display());
        let hint = Some("make room on that disk, or name another folder".to_string());
        return DriverError { hint, ..DriverError::new(DriverErrorKind::Unwritable, message) };
    }
    match error.kind {
        DriverErrorKind::Unwritable | DriverErrorKind::Connect | DriverErrorKind::Lost => {
            DriverError { message: format!("the copy `{}`: {}", path.display(), error.message), ..error }
        }
        DriverErrorKind::Busy
        | DriverErrorKind::Cancelled
        | DriverErrorKind::TimedOut
        | DriverErrorKind::Forbidden
        | DriverErrorKind::Statement
        | DriverErrorKind::Unsupported => error,
    }
}

/// Whether something could still be written beside the file.
fn has_room(path: &Path) -> bool {
    let probe = path.with_extension("probe");
    let written = fs::write(&probe, vec![0; 1 << 16]);
    let removed = fs::remove_file(&probe);
    !matches!(written.and(removed), Err(error) if error.kind() == std::io::ErrorKind::StorageFull)
}

fn copy_pages(from: &Connection, path: &Path, journal: &str, watch: &mut Watch<'_>) -> Result<(), DriverError> {
    let mut to = Connection::open(path).map_err(|error| error_of(&error))?;
    // Nobody asks for half of this file after a crash.
    to.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF").map_err(|error| error_of(&error))?;
    // In WAL mode a reader holds nobody up, and what is written beside it is not in its snapshot: the copy never begins
    // again. With a journal, a reader that stays keeps writers from their commits.
    let others = if journal == "delete" || journal == "truncate" || journal == "persist" {
        Others::Wait
    } else {
        from.execute_batch("BEGIN; SELECT 1 FROM main.sqlite_master LIMIT 1").map_err(|error| error_of(&error))?;
        Others::Free
    };
    let copied = pages::copy(from, &mut to, others, Doing::Copying, watch);
    if others == Others::Free {
        from.execute_batch("ROLLBACK").map_err(|error| error_of(&error))?;
    }
    copied?;
    to.close().map_err(|(_, error)| error_of(&error))
}

/// One file, whatever mode the original is in.
fn settle(path: &Path) -> Result<(), DriverError> {
    let copy = Connection::open(path).map_err(|error| error_of(&error))?;
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).map_err(|error| error_of(&error))?;
    copy.close().map_err(|(_, error)| error_of(&error))
}

/// Takes the rows of all other tables away, and their room. Virtual tables keep theirs: nobody but their module knows
/// what an empty one looks like.
fn leave_only(path: &Path, tables: &[ObjectName], watch: &mut Watch<'_>) -> Result<(), DriverError> {
    let smaller = path.with_extension("smaller");
    let copy = Connection::open(path).map_err(|error| error_of(&error))?;
    let run = |sql: &str| copy.execute_batch(sql).map_err(|error| error_of(&error));
    run("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA foreign_keys = OFF")?;
    copy.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).map_err(|error| error_of(&error))?;
    let all = Tables::of(&copy, "main").map_err(|error| error_of(&error))?;
    let mut stay: BTreeSet<String> = tables.iter().map(|table| table.name.to_ascii_lowercase()).collect();
    stay.extend(all.kept_by.values().flatten().cloned());
    let leaves = |key: &str| !stay.contains(key) && !key.starts_with("whimbrel_") && key != "sqlite_sequence";
    for (_, name) in all.plain.iter().filter(|(key, _)| leaves(key)) {
        run(&format!("DELETE FROM main.{}", quoted(name)))?;
        told(watch, Progress::of(Doing::Copying, 0, None).about(name))?;
    }
    // Plain VACUUM may number rows anew; this does not.
    copy.execute("VACUUM main INTO ?1", [smaller.to_string_lossy()]).map_err(|error| error_of(&error))?;
    copy.close().map_err(|(_, error)| error_of(&error))?;
    fs::rename(&smaller, path).map_err(|error| {
        let message = format!("cannot rename `{}`: {error}", smaller.display());
        DriverError::new(DriverErrorKind::Unwritable, message)
    })
}

/// Everything that is said of the copy is read from the copy: it is what a restore gives back.
fn look(path: &Path, watch: &mut Watch<'_>) -> Result<Snapshot, DriverError> {
    let position = position(path)?;
    let size = fs::metadata(path).map_or(0, |found| found.len());
    told(watch, Progress::of(Doing::Checking, 0, Some(size)))?;
    let mut copy = connect(&Place::from(path), Mode::Existing)?;
    let found = copy.query("PRAGMA main.integrity_check(5)", &[])?;
    let faults: Vec<String> = found.into_iter().flatten().flatten().filter(|line| line != "ok").collect();
    if !faults.is_empty() {
        let message = format!("the database is damaged, and so is every copy of it: {}", faults.join("; "));
        let hint =
            Some("PRAGMA integrity_check; says all of it; .recover of sqlite3 saves what can be read".to_string());
        return Err(DriverError { hint, ..DriverError::new(DriverErrorKind::Statement, message) });
    }
    told(watch, Progress::of(Doing::Checking, size, Some(size)))?;
    let schema = copy.introspect()?.fingerprint();
    let ledger = ledger::read(&mut copy).map_err(|error| match error {
        LedgerError::Driver(error) => error,
        LedgerError::Newer { .. } | LedgerError::Row { .. } => {
            DriverError::new(DriverErrorKind::Unsupported, error.to_string())
        }
    })?;
    Ok(Snapshot {
        position,
        schema,
        ledger: ledger.last(),
        applied: ledger.applied_ids().into_iter().collect(),
        tables: copy.contents(None, watch)?,
        with: format!("SQLite {}", copy.version()),
        compressed: false,
    })
}

fn position(path: &Path) -> Result<Option<String>, DriverError> {
    use std::io::Read as _;

    let mut header = [0; CHANGE_COUNTER.end];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.map_err(|error| DriverError::new(DriverErrorKind::Lost, format!("`{}`: {error}", path.display())))?;
    let counter = header.get(CHANGE_COUNTER).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    Ok(counter.map(|counter| format!("change counter {counter}")))
}
