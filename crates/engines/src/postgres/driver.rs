use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio_postgres::SimpleQueryMessage;
use whimbrel_plan::review::Facts;
use whimbrel_plan::{Dialect, Step};
use whimbrel_run::backup::{Scope, Snapshot, TableContents, Watch};
use whimbrel_run::ddl_guard::DdlGuard;
use whimbrel_run::guard::{self, Leftover, Limits};
use whimbrel_run::keep::{PackedColumn, Sealed};
use whimbrel_run::rehearse::{self, Digest, Observed, Tried};
use whimbrel_run::{AtWork, Canceller, Driver, DriverError, DriverErrorKind, Row, Value};
use whimbrel_schema::{ObjectName, Schema, Version};

use super::connection::{Connection, texts};
use super::observer::Observer;
use super::quote::quote;
use super::session::{self, Session};
use super::settings::Settings;
use super::{
    at_work, backup, ddl_guard, digest, facts, gauge, introspect, leftovers, normalize, packing, scratch, try_out,
};
use crate::url::PostgresUrl;

/// The session lock of whoever changes the schema: `whimbrel` in letters. PostgreSQL keeps such locks per database,
/// so one number serves all.
pub(super) const LOCK: i64 = i64::from_be_bytes(*b"whimbrel");

/// How long a batch waits for a row that somebody else has locked.
const BATCH_LOCK_MS: u32 = 250;

/// The one number that a query gives.
fn number(rows: Vec<Row>) -> Option<u64> {
    rows.into_iter().flatten().next().flatten().and_then(|text| text.parse().ok())
}

pub struct PostgresDriver {
    pub(super) connection: Connection,
    pub(super) settings: Settings,
    /// The schema that unqualified names mean here, and that a [`Schema`] leaves out of its names.
    pub(super) home: String,
    pub(super) in_transaction: bool,
    session: Session,
    /// As which everything is done, in place of the role that has connected.
    pub(super) role: Option<String>,
    /// Whether the server can look after lost clients; `None` until it was asked.
    watched: Option<bool>,
    /// Of a scratch database; after the connection, which it outlives.
    pub(super) guard: Option<scratch::Guard>,
}

/// Opens the connection. What the URL leaves open is taken from libpq's environment and from `~/.pgpass`.
pub fn connect(url: &PostgresUrl) -> Result<PostgresDriver, DriverError> {
    PostgresDriver::open(Settings::of(url)?)
}

impl PostgresDriver {
    pub(super) fn open(settings: Settings) -> Result<PostgresDriver, DriverError> {
        let mut connection = Connection::open(&settings)?;
        let home = PostgresDriver::ask_home(&mut connection)?;
        Ok(PostgresDriver {
            connection,
            settings,
            home,
            in_transaction: false,
            session: Session::default(),
            role: None,
            watched: None,
            guard: None,
        })
    }

    pub(super) fn ask_home(connection: &mut Connection) -> Result<String, DriverError> {
        let rows = connection.rows(&format!("{}; SELECT current_schema()", ddl_guard::SESSION))?;
        Ok(rows.into_iter().flatten().next().flatten().unwrap_or_else(|| "public".to_string()))
    }

    /// Refuses servers whose catalogue is not the one that the queries were written for.
    pub(super) fn require_known_version(&self) -> Result<(), DriverError> {
        let version = self.connection.version;
        if version.major >= 13 {
            return Ok(());
        }
        let message = format!("PostgreSQL {version} is too old: whimbrel reads schemas from PostgreSQL 13 on");
        Err(DriverError::new(DriverErrorKind::Unsupported, message))
    }

    /// A request to stop that came too late for the statement stops this instead. Said to be an end of the statement, it
    /// would have one that took effect run a second time.
    fn reset_limits(&mut self, reset: &str) -> Result<(), DriverError> {
        loop {
            match self.connection.rows(reset) {
                Err(error) if error.kind == DriverErrorKind::Cancelled => {}
                outcome => return outcome.map(drop),
            }
        }
    }

    fn try_lock(&mut self) -> Result<bool, DriverError> {
        let rows = self.connection.rows(&format!("SELECT pg_try_advisory_lock({LOCK})"))?;
        Ok(rows.into_iter().flatten().flatten().any(|answer| answer == "t"))
    }
}

impl Driver for PostgresDriver {
    fn dialect(&self) -> &'static dyn Dialect {
        super::dialect()
    }

    fn version(&self) -> Version {
        self.connection.version
    }

    fn describe(&self) -> String {
        format!("PostgreSQL {} · {} at {}", self.connection.version, self.settings.database, self.settings.place)
    }

    fn database(&self) -> String {
        self.settings.database.clone()
    }

    fn home(&self) -> Option<&str> {
        Some(&self.home)
    }

    fn has_table(&mut self, name: &str) -> Result<bool, DriverError> {
        let rows = self.connection.query(
            "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relname = $1 AND n.nspname = $2 AND c.relkind IN ('r', 'p')",
            &[Value::Text(name), Value::Text(&self.home)],
        )?;
        Ok(!rows.is_empty())
    }

    fn assume_role(&mut self, role: &str) -> Result<(), DriverError> {
        self.execute_script(&session::set_role(role)).map_err(|error| {
            let login = &self.settings.user;
            let hint = format!("`{login}` has to be a member of it: GRANT {} TO {}", quote(role), quote(login));
            DriverError { hint: Some(hint), position: None, ..error }
        })?;
        self.home = PostgresDriver::ask_home(&mut self.connection)?;
        self.role = Some(role.to_string());
        Ok(())
    }

    fn introspect(&mut self) -> Result<Schema, DriverError> {
        introspect::introspect(self)
    }

    fn facts(&mut self) -> Result<Facts, DriverError> {
        facts::facts(self)
    }

    fn execute(&mut self, statement: &str) -> Result<u64, DriverError> {
        let mut touched = 0;
        self.connection.send(statement, |message| {
            if let SimpleQueryMessage::CommandComplete(rows) = message {
                touched = rows;
            }
            Ok(())
        })?;
        Ok(touched)
    }

    fn execute_within(
        &mut self,
        statement: &str,
        limits: &Limits,
        tick: &mut dyn FnMut(Duration),
    ) -> Result<u64, DriverError> {
        let ask = Session::ask(limits, self.in_transaction);
        // What cannot run inside a transaction cannot share a message either.
        let ahead = match self.in_transaction {
            true => format!("{ask};"),
            false => {
                let answer = self.connection.rows(&ask)?.into_iter().next().unwrap_or_default();
                self.session.check(answer)?;
                String::new()
            }
        };
        let (mut asked, mut touched) = (self.in_transaction, 0);
        let session = &mut self.session;
        let ran = self.connection.send_watched(&ahead, statement, limits.look_after, tick, |message| match message {
            SimpleQueryMessage::Row(row) if std::mem::take(&mut asked) => session.check(texts(&row)),
            SimpleQueryMessage::CommandComplete(rows) => {
                touched = rows;
                Ok(())
            }
            _ => Ok(()),
        });
        // Those of a transaction end with it; these were for this statement alone.
        let reset = Session::reset(limits);
        if !self.in_transaction && !reset.is_empty() {
            let reset = self.reset_limits(&reset);
            ran?;
            reset?;
            return Ok(touched);
        }
        ran?;
        Ok(touched)
    }

    fn accept_session(&mut self) {
        self.session.accept();
    }

    fn observer(&self) -> Option<Box<dyn guard::Observer>> {
        let pid = self.session.pid()?.parse().ok()?;
        Some(Box::new(Observer::of(self.settings.clone(), pid)))
    }

    fn leftovers(&mut self, steps: &[Step]) -> Result<Vec<Leftover>, DriverError> {
        leftovers::leftovers(&mut self.connection, steps)
    }

    fn execute_script(&mut self, script: &str) -> Result<(), DriverError> {
        self.connection.send(script, |_| Ok(()))
    }

    fn query(&mut self, statement: &str, parameters: &[Value<'_>]) -> Result<Vec<Row>, DriverError> {
        self.connection.query(statement, parameters)
    }

    /// Rows that a policy would hide make it fail: what is not seen must not pass for not there.
    fn query_within(&mut self, statement: &str, at_most: Option<Duration>) -> Result<Vec<Row>, DriverError> {
        let milliseconds = at_most.map_or(0, |time| time.as_millis().max(1));
        self.execute_script(&format!(
            "BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = {milliseconds}; SET LOCAL row_security = off"
        ))?;
        let rows = self.connection.rows(statement);
        let ended = self.execute_script("ROLLBACK");
        let rows = rows?;
        ended.map(|()| rows)
    }

    fn begin(&mut self) -> Result<(), DriverError> {
        self.connection.open_transaction();
        self.in_transaction = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), DriverError> {
        self.in_transaction = false;
        if self.connection.leave_unopened() { Ok(()) } else { self.execute_script("COMMIT") }
    }

    fn execute_and_commit(&mut self, statement: &str) -> Result<(), DriverError> {
        // Behind a comment, `COMMIT` would be part of it.
        self.execute_script(&format!("{statement}\n; COMMIT"))?;
        self.in_transaction = false;
        Ok(())
    }

    fn rollback(&mut self) -> Result<(), DriverError> {
        self.in_transaction = false;
        if self.connection.leave_unopened() { Ok(()) } else { self.execute_script("ROLLBACK") }
    }

    fn lock(&mut self, wait: Duration) -> Result<bool, DriverError> {
        let deadline = Instant::now() + wait;
        let mut pause = Duration::from_millis(5);
        while !self.try_lock()? {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(200));
        }
        Ok(true)
    }

    fn unlock(&mut self) -> Result<(), DriverError> {
        let rows = self.connection.rows(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
        if rows.into_iter().flatten().flatten().any(|answer| answer == "t") {
            return Ok(());
        }
        let message = "this session no longer had the lock: a connection pooler that switches servers between \
                       transactions cannot be used here, connect to PostgreSQL itself";
        Err(DriverError::new(DriverErrorKind::Statement, message))
    }

    fn at_work(&mut self) -> Result<Option<AtWork>, DriverError> {
        at_work::find(&mut self.connection, LOCK)
    }

    /// `REINDEX CONCURRENTLY` builds an invalid index anew, but not what an earlier one has left.
    fn makes_valid(&self, index: &ObjectName) -> Option<String> {
        let is_left = |end: &&str| {
            let number = index.name.rsplit_once(*end).map(|(_, number)| number);
            number.is_some_and(|number| number.chars().all(|digit| digit.is_ascii_digit()))
        };
        let verb = match ["_ccnew", "_ccold"].iter().any(is_left) {
            true => "DROP INDEX CONCURRENTLY",
            false => "REINDEX INDEX CONCURRENTLY",
        };
        Some(format!("{verb} {}", self.dialect().quote_name(index)))
    }

    fn end_session(&mut self, of: &AtWork) -> Result<bool, DriverError> {
        let Some(pid) = of.pid else { return Ok(false) };
        // Another one may have the number meanwhile.
        if self.at_work()?.and_then(|now| now.pid) != Some(pid) {
            return Ok(false);
        }
        let rows = self.connection.rows(&at_work::end(pid))?;
        Ok(rows.into_iter().flatten().flatten().any(|answer| answer == "t"))
    }

    fn prepare_session(&mut self) -> Result<(), DriverError> {
        let (new, connection) = (self.connection.version.major >= 14, &mut self.connection);
        let watched = *self.watched.get_or_insert_with(|| new && connection.rows(session::NOTICE_LOST_CLIENTS).is_ok());
        let state = self.connection.rows(&session::prepare(watched, self.role.as_deref()))?;
        // What was set before answers too.
        let state = state.into_iter().next_back().unwrap_or_default();
        let before = self.session.pid().map(str::to_string);
        self.session = match before {
            None => Session::prepared(state),
            Some(_) => {
                let mut session = std::mem::take(&mut self.session);
                session.accept();
                session.check(state)?;
                session
            }
        };
        Ok(())
    }

    fn violations(&mut self) -> Result<Vec<String>, DriverError> {
        Ok(Vec::new())
    }

    fn beside(&mut self) -> Result<Option<Box<dyn Driver>>, DriverError> {
        let mut driver = PostgresDriver::open(self.settings.clone())?;
        driver.home.clone_from(&self.home);
        driver.role.clone_from(&self.role);
        driver.prepare_session()?;
        Ok(Some(Box::new(driver)))
    }

    /// What a role may not see it must not be taken to have seen.
    fn begin_batches(&mut self) -> Result<(), DriverError> {
        let hidden = "SELECT count(*) FROM pg_catalog.pg_stat_replication WHERE state IS NULL";
        if number(self.connection.rows(hidden)?).unwrap_or_default() > 0 {
            self.connection.remark(format!(
                "warning: there are replicas, and `{}` may not see how far they are behind, so that batches do not wait \
                 for them: GRANT pg_monitor TO {}",
                self.settings.user,
                super::bind::identifier(&self.settings.user)
            ));
        }
        Ok(())
    }

    /// A batch that a crash of the server takes back takes its checkpoint with it and is run again, so that none of them
    /// has to wait for the disk. What ends a pass waits, and everything before it is on the disk then.
    fn execute_batch(&mut self, statement: &str) -> Result<u64, DriverError> {
        let prefix = format!("SET LOCAL lock_timeout = {BATCH_LOCK_MS}; SET LOCAL synchronous_commit = off;");
        let touched = self.execute(&format!("{prefix}{statement}"));
        touched.map_err(|error| {
            let position = error.position.and_then(|position| position.checked_sub(prefix.len()));
            DriverError { position, ..error }
        })
    }

    fn sessions_waiting(&mut self) -> Result<u64, DriverError> {
        let rows = self.connection.rows(
            "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE wait_event_type = 'Lock' \
             AND pg_catalog.pg_backend_pid() = ANY (pg_catalog.pg_blocking_pids(pid))",
        )?;
        Ok(number(rows).unwrap_or_default())
    }

    /// A replica that has caught up says nothing new for a while, so that its last word is no longer true.
    fn replica_lag(&mut self) -> Result<Option<Duration>, DriverError> {
        let rows = self.connection.rows(
            "SELECT ceil(1000 * max(EXTRACT(epoch FROM replay_lag)))::bigint FROM pg_catalog.pg_stat_replication \
             WHERE replay_lsn < pg_catalog.pg_current_wal_flush_lsn()",
        )?;
        Ok(number(rows).map(Duration::from_millis))
    }

    /// Without giving the file's end back, which would lock readers out for a moment, and with a rest now and then for
    /// those who share the processors and the disk with it: with one process, however many indexes there are.
    fn reclaim(&mut self, table: &ObjectName) -> Result<bool, DriverError> {
        let name = self.dialect().quote_name(table);
        self.execute_script("SET vacuum_cost_delay = '1ms'; SET vacuum_cost_limit = 1000")?;
        self.execute_script(&format!("VACUUM (SKIP_LOCKED, TRUNCATE false, PARALLEL 0) {name}"))?;
        self.execute_script("RESET vacuum_cost_delay; RESET vacuum_cost_limit")?;
        Ok(true)
    }

    fn gauge(&self) -> Option<Box<dyn rehearse::Gauge>> {
        Some(Box::new(gauge::Gauge::of(self.settings.clone(), self.home.clone())))
    }

    fn try_out(&mut self, query: &str, at_most: Duration) -> Result<Tried, DriverError> {
        try_out::try_out(&mut self.connection, query, at_most)
    }

    fn count_for_plans(&mut self) -> Result<(), DriverError> {
        self.execute_script("ANALYZE")
    }

    fn observed_queries(&mut self) -> Result<Option<Vec<Observed>>, DriverError> {
        try_out::observed(&mut self.connection)
    }

    fn digest(&mut self, table: &ObjectName, columns: &[String]) -> Result<Digest, DriverError> {
        digest::digest(&mut self.connection, table, columns)
    }

    fn is_same_as(&mut self, other: &mut dyn Driver) -> Result<bool, DriverError> {
        scratch::is_same(&mut self.connection, other)
    }

    fn clear_scratch(&mut self) -> Result<Vec<String>, DriverError> {
        scratch::clear(&mut self.connection)
    }

    fn severer(&self) -> Option<Canceller> {
        Some(self.connection.severer())
    }

    fn install_ddl_guard(&mut self, allowed_roles: &[String]) -> Result<(), DriverError> {
        ddl_guard::install(self, allowed_roles)
    }

    fn remove_ddl_guard(&mut self) -> Result<(), DriverError> {
        ddl_guard::remove(self)
    }

    fn ddl_guard(&mut self) -> Result<Option<DdlGuard>, DriverError> {
        ddl_guard::read(self)
    }

    fn notices(&mut self) -> Vec<String> {
        self.connection.take_notices()
    }

    fn pack(&mut self, from: &str, columns: &[PackedColumn], into: &str) -> Result<Sealed, DriverError> {
        packing::pack(self, from, columns, into)
    }

    fn weigh(&mut self, packed: &str, columns: &[PackedColumn]) -> Result<Sealed, DriverError> {
        packing::weigh(self, packed, columns)
    }

    fn unpack(&mut self, packed: &str, columns: &[PackedColumn], into: &str) -> Result<(), DriverError> {
        packing::unpack(self, packed, columns, into)
    }

    fn copy_out(&mut self, scope: &Scope, into: &Path, watch: &mut Watch<'_>) -> Result<Snapshot, DriverError> {
        backup::copy_out(self, scope, into, watch)
    }

    fn copy_in(&mut self, from: &Path, only: Option<&[ObjectName]>, watch: &mut Watch<'_>) -> Result<(), DriverError> {
        backup::copy_in(self, from, only, watch)
    }

    fn contents(
        &mut self,
        tables: Option<&[ObjectName]>,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<TableContents>, DriverError> {
        backup::contents(self, tables, watch)
    }

    fn normalize(&mut self, schema: &Schema, differing: &[ObjectName]) -> Result<Schema, DriverError> {
        normalize::normalize(self, schema, differing)
    }

    fn scratch(&mut self) -> Result<Box<dyn Driver>, DriverError> {
        Ok(Box::new(scratch::create(self)?))
    }

    fn canceller(&self) -> Canceller {
        self.connection.canceller()
    }
}
