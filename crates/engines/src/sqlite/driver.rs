//! One connection to one database file, or to one in memory.

use std::cell::Cell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, StatementStatus, ToSql, params_from_iter};
use whimbrel_plan::Dialect;
use whimbrel_plan::guard::Class;
use whimbrel_plan::review::Facts;
use whimbrel_run::backup::{Scope, Snapshot, TableContents, Watch};
use whimbrel_run::guard::{Blocker, Limit, Limits, Observer, Sight, first_line};
use whimbrel_run::keep::{PackedColumn, Sealed};
use whimbrel_run::rehearse::{self, Digest, Tried};
use whimbrel_run::{AtWork, Canceller, Driver, DriverError, DriverErrorKind, Row, Value};
use whimbrel_schema::{ObjectName, Schema, Version};

use super::bindings::{Answer as _, wait_by};
use super::dialect::dialect;
use super::lock::{self, FileLock};
use super::orphans::{CACHE_KIB, Orphans};
use super::split::split;
use super::{backup, facts, gauge, introspect, packing, try_out};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Memory,
    File(PathBuf),
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Place::File(path.to_path_buf())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Memory => f.write_str("in memory"),
            Place::File(path) => path.display().fmt(f),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The file has to be there, and is not written.
    ReadOnly,
    /// The file has to be there: looking at a database must not make one.
    Existing,
    /// A file that is not there is made, as SQLite does.
    Create,
}

pub fn connect(place: &Place, mode: Mode) -> Result<SqliteDriver, DriverError> {
    let connection = match place {
        Place::Memory => Connection::open_in_memory(),
        Place::File(path) => {
            look_for(path, mode)?;
            let access = match mode {
                Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
                Mode::Existing => OpenFlags::SQLITE_OPEN_READ_WRITE,
                Mode::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            };
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_NO_MUTEX | access)
        }
    };
    let mut connection = connection.map_err(|error| cannot_open(place, &error))?;
    wait_by(&mut connection, wait_for_others).map_err(|error| error_of(&error))?;
    // The file is only looked at when something is asked of it.
    connection.query_row("PRAGMA schema_version", [], |_| Ok(())).map_err(|error| cannot_open(place, &error))?;
    let file = match place {
        Place::Memory => None,
        Place::File(path) => Some(path.clone()),
    };
    Ok(SqliteDriver {
        connection,
        place: place.clone(),
        orphans: Orphans::new(file),
        lock: None,
        commit_waits: PATIENCE,
        stepped: Arc::default(),
        severed: Arc::default(),
    })
}

fn look_for(path: &Path, mode: Mode) -> Result<(), DriverError> {
    let fail = |message: String, hint: Option<&str>| {
        let error = DriverError::new(DriverErrorKind::Connect, message);
        Err(DriverError { hint: hint.map(str::to_string), ..error })
    };
    if path.is_dir() {
        return fail(format!("`{}` is a folder, not a database", path.display()), None);
    }
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match (mode, folder) {
        (_, Some(folder)) if !folder.exists() => {
            fail(format!("there is no folder `{}` for the database `{}`", folder.display(), path.display()), None)
        }
        (Mode::Existing | Mode::ReadOnly, _) => {
            fail(format!("there is no database file `{}`", path.display()), Some("`whimbrel upgrade head` makes it"))
        }
        (Mode::Create, _) => Ok(()),
    }
}

fn cannot_open(place: &Place, error: &rusqlite::Error) -> DriverError {
    let error = error_of(error);
    match error.kind {
        DriverErrorKind::Busy | DriverErrorKind::Cancelled => error,
        DriverErrorKind::Connect
        | DriverErrorKind::Lost
        | DriverErrorKind::Unwritable
        | DriverErrorKind::Forbidden
        | DriverErrorKind::Statement
        | DriverErrorKind::TimedOut
        | DriverErrorKind::Unsupported => {
            // With the path after it once more.
            let said = error.message.split(": /").next().unwrap_or_default();
            let message = format!("cannot open `{place}`: {said}");
            DriverError { kind: DriverErrorKind::Connect, message, position: None, ..error }
        }
    }
}

/// How long somebody else's lock is waited for, where nobody waits behind.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a transaction that is to write waits for its turn: whoever runs it comes again, and hears requests to stop
/// in between.
const TURN: Duration = Duration::from_secs(2);
/// Pauses stay short, so that a writer who lets go only for a moment between two transactions starves nobody.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Steps of SQLite's machine after which it is looked whether a query may go on: some 100 µs.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

thread_local! {
    /// What the statement that runs now may wait, and since when it does. SQLite calls whoever waits on the thread that
    /// runs the statement, and tells it nothing but a count.
    static WAITING: Cell<(Duration, Option<Instant>)> = const { Cell::new((PATIENCE, None)) };
}

/// Called by SQLite while somebody else has the lock, with the number of calls before; `false` gives up.
fn wait_for_others(calls: i32) -> bool {
    let (at_most, since) = WAITING.get();
    let since = since.filter(|_| calls > 0).unwrap_or_else(Instant::now);
    if since.elapsed() >= at_most {
        return false;
    }
    WAITING.set((at_most, Some(since)));
    let calls = u32::try_from(calls).unwrap_or(0);
    // Waiters who began together must not go on knocking together.
    let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |it| it.subsec_micros());
    let growing = Duration::from_millis(u64::from(calls) + 1).min(LONGEST_PAUSE);
    std::thread::sleep(growing / 2 + growing * (moment % 100) / 100);
    true
}

pub struct SqliteDriver {
    connection: Connection,
    place: Place,
    orphans: Orphans,
    lock: Option<FileLock>,
    /// How long the commit of the transaction that is open may wait for readers: it keeps new ones out meanwhile.
    commit_waits: Duration,
    /// How many rows the last statement went over, from end to end.
    stepped: Arc<AtomicU64>,
    /// Somebody broke the connection off.
    severed: Arc<AtomicBool>,
}

/// So many times as long as a chunk of packed rows took others may write.
const PAUSE_OF_A_CHUNK: u32 = 5;

impl SqliteDriver {
    fn note(&mut self, statement: &str) {
        if let Some(lock) = &mut self.lock {
            lock.note(statement);
        }
    }

    /// Runs something on a connection that nobody has broken off.
    fn unsevered<T>(&self, run: impl FnOnce(&Self) -> Result<T, DriverError>) -> Result<T, DriverError> {
        let is_severed = || self.severed.load(Ordering::SeqCst);
        let lost = || DriverError::new(DriverErrorKind::Lost, "the connection was broken off");
        if is_severed() {
            return Err(lost());
        }
        run(self).map_err(|error| if is_severed() { lost() } else { error })
    }

    /// Runs something that waits no longer than it may.
    fn waiting<T>(
        &self,
        at_most: Duration,
        run: impl FnOnce(&Self) -> Result<T, DriverError>,
    ) -> Result<T, DriverError> {
        WAITING.set((at_most, None));
        let result = run(self);
        WAITING.set((PATIENCE, None));
        result
    }

    fn run(&self, statement: &str) -> Result<u64, DriverError> {
        self.unsevered(|driver| driver.run_now(statement))
    }

    fn run_now(&self, statement: &str) -> Result<u64, DriverError> {
        let before = self.connection.total_changes();
        let mut prepared = self.connection.prepare(statement).map_err(|error| error_of(&error))?;
        // PRAGMA and RETURNING give rows, and take effect as they are read.
        let mut rows = prepared.query([]).map_err(|error| error_of(&error))?;
        while rows.next().map_err(|error| error_of(&error))?.is_some() {}
        drop(rows);
        let stepped = u64::try_from(prepared.get_status(StatementStatus::FullscanStep)).unwrap_or_default();
        self.stepped.store(stepped, Ordering::Relaxed);
        let touched = self.connection.total_changes() != before;
        Ok(if touched { self.connection.changes() } else { 0 })
    }

    fn batch(&self, sql: &str) -> Result<(), DriverError> {
        self.unsevered(|driver| driver.connection.execute_batch(sql).map_err(|error| error_of(&error)))
    }

    fn rows(&self, statement: &str, parameters: &[Value<'_>]) -> Result<Vec<Row>, DriverError> {
        let mut prepared = self.connection.prepare_cached(statement).map_err(|error| error_of(&error))?;
        let width = prepared.column_count();
        let parameters = parameters.iter().copied().map(Parameter);
        let mut rows = prepared.query(params_from_iter(parameters)).map_err(|error| error_of(&error))?;
        let mut read = Vec::new();
        while let Some(row) = rows.next().map_err(|error| error_of(&error))? {
            let values = (0..width).map(|at| row.get_ref(at).map(printed));
            read.push(values.collect::<Result<Row, _>>().map_err(|error| error_of(&error))?);
        }
        Ok(read)
    }
}

impl Driver for SqliteDriver {
    fn dialect(&self) -> &'static dyn Dialect {
        dialect()
    }

    fn version(&self) -> Version {
        let number = u32::try_from(rusqlite::version_number()).unwrap_or_default();
        Version::new(number / 1_000_000, number / 1_000 % 1_000, number % 1_000)
    }

    fn describe(&self) -> String {
        format!("SQLite {}, {}", self.version(), self.place)
    }

    fn database(&self) -> String {
        match &self.place {
            Place::Memory => ":memory:".to_string(),
            Place::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        }
    }

    fn home(&self) -> Option<&str> {
        Some("main")
    }

    fn has_table(&mut self, name: &str) -> Result<bool, DriverError> {
        let query = "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
        let mut statement = self.connection.prepare_cached(query).map_err(|error| error_of(&error))?;
        statement.exists([name]).map_err(|error| error_of(&error))
    }

    fn introspect(&mut self) -> Result<Schema, DriverError> {
        introspect::introspect(&self.connection).map_err(|error| error_of(&error))
    }

    fn facts(&mut self) -> Result<Facts, DriverError> {
        let facts = facts::facts(&self.connection).map_err(|error| error_of(&error))?;
        Ok(Facts { version: Some(self.version()), ..facts })
    }

    fn execute(&mut self, statement: &str) -> Result<u64, DriverError> {
        self.run(statement)
    }

    fn execute_within(
        &mut self,
        statement: &str,
        limits: &Limits,
        _tick: &mut dyn FnMut(Duration),
    ) -> Result<u64, DriverError> {
        self.commit_waits = match (limits.class, limits.lock) {
            (Class::Brief | Class::Free, Limit::Of(time)) => time.min(self.commit_waits),
            // To begin again would cost more than it spares others.
            (Class::Long | Class::Patient, _) | (_, Limit::None | Limit::Own) => self.commit_waits,
        };
        self.note(&first_line(statement));
        self.waiting(self.commit_waits, |driver| driver.run(statement))
    }

    fn observer(&self) -> Option<Box<dyn Observer>> {
        Some(Box::new(Nobody))
    }

    fn execute_script(&mut self, script: &str) -> Result<(), DriverError> {
        for range in split(script) {
            let start = range.start;
            let statement = script.get(range).unwrap_or_default();
            self.execute(statement)
                .map_err(|error| DriverError { position: error.position.map(|position| position + start), ..error })?;
        }
        Ok(())
    }

    fn query(&mut self, statement: &str, parameters: &[Value<'_>]) -> Result<Vec<Row>, DriverError> {
        self.unsevered(|driver| driver.rows(statement, parameters))
    }

    fn query_within(&mut self, statement: &str, at_most: Option<Duration>) -> Result<Vec<Row>, DriverError> {
        let Some(at_most) = at_most else { return self.query(statement, &[]) };
        let begun = Instant::now();
        let is_over = move || begun.elapsed() >= at_most;
        self.connection
            .progress_handler(STEPS_BETWEEN_LOOKS, Some(is_over))
            .checked()
            .map_err(|error| error_of(&error))?;
        let result = self.query(statement, &[]);
        self.connection.progress_handler(0, None::<fn() -> bool>).checked().map_err(|error| error_of(&error))?;
        result.map_err(|error| match error.kind {
            DriverErrorKind::Cancelled if begun.elapsed() >= at_most => {
                let message = format!("it took longer than the {} s that it may", at_most.as_secs_f64());
                DriverError::new(DriverErrorKind::TimedOut, message)
            }
            DriverErrorKind::Connect
            | DriverErrorKind::Lost
            | DriverErrorKind::Busy
            | DriverErrorKind::Cancelled
            | DriverErrorKind::TimedOut
            | DriverErrorKind::Unwritable
            | DriverErrorKind::Forbidden
            | DriverErrorKind::Statement
            | DriverErrorKind::Unsupported => error,
        })
    }

    fn begin(&mut self) -> Result<(), DriverError> {
        self.commit_waits = PATIENCE;
        self.waiting(TURN, |driver| driver.batch("BEGIN IMMEDIATE"))?;
        // Nobody else writes from here on, so this is what the transaction finds.
        self.orphans.begin(&self.connection).map_err(|error| error_of(&error))
    }

    fn commit(&mut self) -> Result<(), DriverError> {
        self.waiting(self.commit_waits, |driver| driver.batch("COMMIT"))?;
        self.note("");
        self.orphans.commit(&self.connection).map_err(|error| error_of(&error))
    }

    /// SQLite has rolled back by itself after some failures; then there is nothing left to do.
    fn rollback(&mut self) -> Result<(), DriverError> {
        self.orphans.forget();
        if self.connection.is_autocommit() { Ok(()) } else { self.batch("ROLLBACK") }
    }

    fn lock(&mut self, wait: Duration) -> Result<bool, DriverError> {
        // What is in memory has one connection.
        let Place::File(database) = &self.place else { return Ok(true) };
        if self.lock.is_none() {
            self.lock = FileLock::take(database, wait).map_err(|error| {
                let message = format!("cannot make the lock file beside `{}`: {error}", database.display());
                DriverError::new(DriverErrorKind::Unwritable, message)
            })?;
        }
        Ok(self.lock.is_some())
    }

    fn unlock(&mut self) -> Result<(), DriverError> {
        self.lock = None;
        Ok(())
    }

    fn at_work(&mut self) -> Result<Option<AtWork>, DriverError> {
        let (Place::File(database), None) = (&self.place, &self.lock) else { return Ok(None) };
        Ok(lock::noted(database).map(|(pid, lasts, statement)| AtWork {
            pid: Some(pid),
            statement: Some(statement).filter(|statement| !statement.is_empty()),
            lasts: Some(lasts),
            ..AtWork::default()
        }))
    }

    fn prepare_session(&mut self) -> Result<(), DriverError> {
        self.batch(&format!(
            "PRAGMA cache_size = -{CACHE_KIB}; PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = OFF; PRAGMA recursive_triggers = OFF; \
             PRAGMA ignore_check_constraints = OFF; PRAGMA writable_schema = OFF; PRAGMA query_only = OFF",
        ))?;
        self.orphans.watch();
        Ok(())
    }

    fn expect_no_violations(&mut self) {
        self.orphans.spare();
    }

    fn begin_batches(&mut self) -> Result<(), DriverError> {
        self.note("batches of a backfill");
        self.batch("PRAGMA foreign_keys = ON")
    }

    fn end_batches(&mut self) -> Result<(), DriverError> {
        self.batch("PRAGMA foreign_keys = OFF")
    }

    fn violations(&mut self) -> Result<Vec<String>, DriverError> {
        self.orphans.new_ones(&self.connection).map_err(|error| error_of(&error))
    }

    /// Others write in between, for several times as long as a chunk kept them out.
    fn pack_ahead(&mut self, from: &str, columns: &[PackedColumn], into: &str) -> Result<(), DriverError> {
        loop {
            let begun = Instant::now();
            self.expect_no_violations();
            self.begin()?;
            let packed = packing::pack_some(&self.connection, from, columns, into);
            let more = match packed.and_then(|more| self.commit().map(|()| more)) {
                Ok(more) => more,
                Err(error) => {
                    self.rollback()?;
                    return Err(error);
                }
            };
            if !more {
                return Ok(());
            }
            sleep(begun.elapsed() * PAUSE_OF_A_CHUNK);
        }
    }

    fn pack(&mut self, from: &str, columns: &[PackedColumn], into: &str) -> Result<Sealed, DriverError> {
        packing::pack(&self.connection, from, columns, into)
    }

    fn weigh(&mut self, packed: &str, _columns: &[PackedColumn]) -> Result<Sealed, DriverError> {
        packing::weigh(&self.connection, packed)
    }

    fn unpack(&mut self, packed: &str, columns: &[PackedColumn], into: &str) -> Result<(), DriverError> {
        packing::unpack(&self.connection, packed, columns, into)
    }

    fn copy_out(&mut self, scope: &Scope, into: &Path, watch: &mut Watch<'_>) -> Result<Snapshot, DriverError> {
        backup::copy_out(&self.connection, scope, into, watch)
    }

    fn copy_in(&mut self, from: &Path, only: Option<&[ObjectName]>, watch: &mut Watch<'_>) -> Result<(), DriverError> {
        match backup::copy_in(&mut self.connection, &self.place, from, only, watch)? {
            backup::Afterwards::AsItIs => Ok(()),
            backup::Afterwards::Reopen => {
                let lock = self.lock.take();
                *self = SqliteDriver { lock, ..connect(&self.place, Mode::Existing)? };
                Ok(())
            }
        }
    }

    fn contents(
        &mut self,
        tables: Option<&[ObjectName]>,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<TableContents>, DriverError> {
        backup::contents(&self.connection, tables, watch)
    }

    fn gauge(&self) -> Option<Box<dyn rehearse::Gauge>> {
        let file = match &self.place {
            Place::Memory => None,
            Place::File(path) => Some(path.clone()),
        };
        Some(Box::new(gauge::Gauge::of(file, Arc::clone(&self.stepped))))
    }

    fn try_out(&mut self, query: &str, at_most: Duration) -> Result<Tried, DriverError> {
        try_out::try_out(&mut self.connection, query, at_most)
    }

    fn digest(&mut self, table: &ObjectName, columns: &[String]) -> Result<Digest, DriverError> {
        backup::digest(&self.connection, table, columns)
    }

    fn is_same_as(&mut self, other: &mut dyn Driver) -> Result<bool, DriverError> {
        let Place::File(own) = &self.place else { return Ok(false) };
        let rows = other.query("SELECT file FROM pragma_database_list WHERE name = 'main'", &[])?;
        let Some(file) = rows.into_iter().flatten().flatten().next() else { return Ok(false) };
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        Ok(real(own) == real(Path::new(&file)))
    }

    fn severer(&self) -> Option<Canceller> {
        let (handle, severed) = (self.connection.get_interrupt_handle(), Arc::clone(&self.severed));
        Some(Box::new(move || {
            severed.store(true, Ordering::SeqCst);
            handle.interrupt();
        }))
    }

    /// SQLite keeps every expression as it was written: its catalogue prints what it was given.
    fn normalize(&mut self, schema: &Schema, _differing: &[ObjectName]) -> Result<Schema, DriverError> {
        Ok(schema.clone())
    }

    fn scratch(&mut self) -> Result<Box<dyn Driver>, DriverError> {
        Ok(Box::new(connect(&Place::Memory, Mode::Create)?))
    }

    fn canceller(&self) -> Canceller {
        let handle = self.connection.get_interrupt_handle();
        Box::new(move || handle.interrupt())
    }
}

/// SQLite's locks are the system's, and no connection can see whose.
struct Nobody;

impl Observer for Nobody {
    fn look(&mut self) -> Result<Sight, DriverError> {
        let unseen = Some("SQLite does not say who has the file locked".to_string());
        Ok(Sight { wanted: Some("the lock on the database file".to_string()), blockers: Vec::new(), unseen })
    }

    fn still(&mut self, _seen: &[Blocker]) -> Result<Vec<Blocker>, DriverError> {
        Ok(Vec::new())
    }
}

struct Parameter<'a>(Value<'a>);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Null => ValueRef::Null,
        }))
    }
}

fn printed(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(format!("{number:?}")),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            Some(format!("x'{digits}'"))
        }
    }
}

pub(super) fn error_of(error: &rusqlite::Error) -> DriverError {
    let (failure, message, position) = match error {
        rusqlite::Error::SqliteFailure(failure, message) => (Some(*failure), message.clone(), None),
        rusqlite::Error::SqlInputError { error, msg, offset, .. } => {
            (Some(*error), Some(msg.clone()), usize::try_from(*offset).ok())
        }
        _ => (None, None, None),
    };
    let kind = match failure.map(|failure| failure.code) {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DriverErrorKind::Busy,
        Some(ErrorCode::OperationInterrupted) => DriverErrorKind::Cancelled,
        Some(ErrorCode::CannotOpen | ErrorCode::NotADatabase) => DriverErrorKind::Connect,
        Some(ErrorCode::SystemIoFailure) => DriverErrorKind::Lost,
        Some(ErrorCode::ReadOnly | ErrorCode::DiskFull) => DriverErrorKind::Unwritable,
        Some(_) | None => DriverErrorKind::Statement,
    };
    let hint = match failure.map(|failure| failure.code) {
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => Some("may this user write the file and its folder?"),
        Some(ErrorCode::DiskFull) => Some("make room on the disk that the file is on"),
        Some(_) | None => None,
    };
    let message = message.unwrap_or_else(|| error.to_string());
    let code = failure.map(|failure| failure.extended_code.to_string());
    DriverError { code, position, hint: hint.map(str::to_string), ..DriverError::new(kind, message) }
}
