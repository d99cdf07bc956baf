use std::path::Path;
use std::time::Duration;

use thiserror::Error;
use whimbrel_plan::review::Facts;
use whimbrel_plan::{Dialect, Step};
use whimbrel_schema::{ObjectName, Schema, Version};

use crate::AtWork;
use crate::backup::{Scope, Snapshot, TableContents, Watch};
use crate::ddl_guard::DdlGuard;
use crate::guard::{Leftover, Limits, Observer};
use crate::keep::{PackedColumn, Sealed};
use crate::rehearse::{Digest, Gauge, Observed, Tried};

/// One open connection to one database. Synchronous: one colour; whoever wants progress uses a thread.
///
/// The trait lives with its user, so that what runs cannot special-case an engine.
pub trait Driver: Send {
    fn dialect(&self) -> &'static dyn Dialect;

    fn version(&self) -> Version;

    /// The engine, its version and the place, for screens; never a password.
    fn describe(&self) -> String;

    /// What the database is called by whoever types a command: its name on a server, the name of its file.
    fn database(&self) -> String;

    /// The namespace in which this connection, as it was opened, makes an unqualified table (`public`, `main`); `None`
    /// where the engine has no such thing. The ledger's tables are always named with it, so that a revision's own
    /// `SET search_path` cannot send them elsewhere.
    fn home(&self) -> Option<&str>;

    /// Whether there is such a table in the [`home`](Driver::home) namespace.
    fn has_table(&mut self, name: &str) -> Result<bool, DriverError>;

    /// From here on everything is done as this role, also after a revision that took another one. Before anything else is
    /// asked of the connection.
    fn assume_role(&mut self, _role: &str) -> Result<(), DriverError> {
        let message = format!("{} has no roles", self.dialect().engine().title());
        Err(DriverError::new(DriverErrorKind::Unsupported, message))
    }

    /// Reads the whole schema in a few bulk queries, sorted. Tables whose name begins with `whimbrel_` are left out:
    /// they are the ledger's.
    fn introspect(&mut self) -> Result<Schema, DriverError>;

    /// What decides how dangerous a statement is here: version, settings, sizes, in a few bulk queries. Nothing is counted
    /// that takes time in proportion to a table.
    fn facts(&mut self) -> Result<Facts, DriverError>;

    /// Runs one statement; the number of rows it touched where the engine says.
    fn execute(&mut self, statement: &str) -> Result<u64, DriverError>;

    /// Runs one statement of a revision within its limits, and calls `tick` with the time that has passed, now and then
    /// while it runs. The engine is told the limits in the same round trip where it can be, and asked whether the
    /// session is still the one that [`prepare_session`](Driver::prepare_session) prepared.
    fn execute_within(
        &mut self,
        statement: &str,
        _limits: &Limits,
        _tick: &mut dyn FnMut(Duration),
    ) -> Result<u64, DriverError> {
        self.execute(statement)
    }

    /// The statement before may have changed the session, as a revision may: role and search path are from here on
    /// what they are found to be.
    fn accept_session(&mut self) {}

    /// Sees from beside who keeps this session waiting; `None` where an engine lets nobody see that. Asked for after
    /// the session was prepared. It connects when it is first used.
    fn observer(&self) -> Option<Box<dyn Observer>> {
        None
    }

    /// What an earlier try of these steps left half-way, where an engine can leave something so.
    fn leftovers(&mut self, _steps: &[Step]) -> Result<Vec<Leftover>, DriverError> {
        Ok(Vec::new())
    }

    /// Runs several statements, separated by semicolons, in one round trip where the engine can. On a failure the
    /// statements before it have run; `DriverError::position` is an offset into `script`.
    fn execute_script(&mut self, script: &str) -> Result<(), DriverError>;

    /// Runs one query with `$1`, `$2`, … (or `?1`, `?2`, … on SQLite) in it; every value comes back as text.
    fn query(&mut self, statement: &str, parameters: &[Value<'_>]) -> Result<Vec<Row>, DriverError>;

    /// The same for a query that may have to read a whole table: it gives up after `at_most`, and writes nothing. Outside
    /// any transaction.
    fn query_within(&mut self, statement: &str, at_most: Option<Duration>) -> Result<Vec<Row>, DriverError>;

    /// Opens a transaction that can write (`BEGIN IMMEDIATE` on SQLite), or says [`Busy`](DriverErrorKind::Busy).
    fn begin(&mut self) -> Result<(), DriverError>;
    fn commit(&mut self) -> Result<(), DriverError>;
    /// The last statement of a transaction and its commit, in one round trip where the engine can. After a failure the
    /// transaction is still to be rolled back.
    fn execute_and_commit(&mut self, statement: &str) -> Result<(), DriverError> {
        self.execute(statement)?;
        self.commit()
    }
    fn rollback(&mut self) -> Result<(), DriverError>;

    /// Takes the lock that only one runner has at a time, waiting at most `wait`. It ends with the connection.
    /// `false` when somebody else still has it. An engine whose lock is asked for in SQL polls for it and never waits
    /// inside a statement: a waiting statement holds a snapshot, and `CREATE INDEX CONCURRENTLY` of the lock's owner
    /// would wait for that in turn.
    fn lock(&mut self, wait: Duration) -> Result<bool, DriverError>;
    fn unlock(&mut self) -> Result<(), DriverError>;

    /// The other run that has this lock, where an engine lets one be seen.
    fn at_work(&mut self) -> Result<Option<AtWork>, DriverError> {
        Ok(None)
    }

    /// The statement that makes an invalid index valid, or takes away one that a rebuild has left.
    fn makes_valid(&self, _index: &whimbrel_schema::ObjectName) -> Option<String> {
        None
    }

    /// Ends the session of that run, as somebody has asked for: what it has not committed is taken back. `false` where
    /// nobody can.
    fn end_session(&mut self, _of: &AtWork) -> Result<bool, DriverError> {
        Ok(false)
    }

    /// What has to be set before a revision runs and looked at before it is committed: SQLite's foreign keys are
    /// switched off (a rebuild would delete the children of ON DELETE CASCADE) and checked as a whole instead.
    /// Called outside a transaction, before the first revision and again after each that may have changed settings:
    /// whatever a revision `SET` (`search_path` above all) is back as it was when the connection was opened.
    fn prepare_session(&mut self) -> Result<(), DriverError>;
    /// Said before a transaction that can break nothing of the kind, and after which nobody will ask: an engine that
    /// would have to look at its tables to know what is broken already is spared it.
    fn expect_no_violations(&mut self) {}
    /// Called inside the transaction, before the commit: what the revision broke, in words; empty when all is well.
    fn violations(&mut self) -> Result<Vec<String>, DriverError>;

    /// Another connection to the same database, as the same role and prepared as
    /// [`prepare_session`](Driver::prepare_session) does it; `None` where an engine has no use for one.
    fn beside(&mut self) -> Result<Option<Box<dyn Driver>>, DriverError> {
        Ok(None)
    }

    /// Makes the session ready for batches, outside any transaction: what an application's own transaction would check
    /// (foreign keys on SQLite) is checked in each of them, because nobody looks at the whole afterwards.
    fn begin_batches(&mut self) -> Result<(), DriverError> {
        Ok(())
    }
    fn end_batches(&mut self) -> Result<(), DriverError> {
        Ok(())
    }
    /// Runs one batch within its transaction. It waits for a locked row only for a moment, and says
    /// [`Busy`](DriverErrorKind::Busy) then: what it has locked itself is waited for meanwhile.
    fn execute_batch(&mut self, statement: &str) -> Result<u64, DriverError> {
        self.execute(statement)
    }
    /// How many sessions wait for what the open transaction has locked.
    fn sessions_waiting(&mut self) -> Result<u64, DriverError> {
        Ok(0)
    }
    /// How far the slowest replica is behind, where there is one.
    fn replica_lag(&mut self) -> Result<Option<Duration>, DriverError> {
        Ok(None)
    }
    /// Clears away what changed rows left of the table behind, outside any transaction, unless somebody does so now.
    /// `false` where there is nothing of the kind.
    fn reclaim(&mut self, _table: &ObjectName) -> Result<bool, DriverError> {
        Ok(false)
    }

    /// Packs what it can ahead of [`pack`](Driver::pack), outside any transaction, where an engine has one writer: others
    /// write in between. What it has packed the other finds.
    fn pack_ahead(&mut self, _from: &str, _columns: &[PackedColumn], _into: &str) -> Result<(), DriverError> {
        Ok(())
    }
    /// Packs the rows of one of whimbrel's own tables, in order, into few large compressed values in a new one. No more
    /// than a few of them are held in memory. Names as they stand in SQL.
    fn pack(&mut self, _from: &str, _columns: &[PackedColumn], _into: &str) -> Result<Sealed, DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "this engine packs no rows"))
    }
    /// How many rows are in what was packed, and its hash, as they are now.
    fn weigh(&mut self, _packed: &str, _columns: &[PackedColumn]) -> Result<Sealed, DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "this engine packs no rows"))
    }
    /// The rows again, in a new table of whimbrel's own.
    fn unpack(&mut self, _packed: &str, _columns: &[PackedColumn], _into: &str) -> Result<(), DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "this engine packs no rows"))
    }

    /// Copies what `scope` says into files in an empty folder, and says what it copied: rows, hashes, schema and ledger
    /// are those of the copy, from one snapshot. Others go on writing meanwhile. Outside any transaction; the session is
    /// afterwards what it was.
    fn copy_out(&mut self, _scope: &Scope, _into: &Path, _watch: &mut Watch<'_>) -> Result<Snapshot, DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "whimbrel makes no backups of this engine"))
    }
    /// Makes the database what was copied, whatever was in it before. With `only` these tables and nothing else: made
    /// with what belongs to them where they are not there, their rows replaced where they are. Others see the database
    /// before or the database after, as far as the engine can; after a failure it is as it was, or it says so.
    fn copy_in(
        &mut self,
        _from: &Path,
        _only: Option<&[ObjectName]>,
        _watch: &mut Watch<'_>,
    ) -> Result<(), DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "whimbrel restores no backups of this engine"))
    }
    /// How many rows are in these tables, in one snapshot, and a hash of them that does not depend on their order; sorted
    /// by name. `None` is for all of them: the ledger's and those that an engine keeps for others too. A table that is
    /// not there is left out.
    fn contents(
        &mut self,
        _tables: Option<&[ObjectName]>,
        _watch: &mut Watch<'_>,
    ) -> Result<Vec<TableContents>, DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "whimbrel hashes no tables of this engine"))
    }

    /// Reads off what statements do on this connection; `None` where an engine lets nobody see it.
    fn gauge(&self) -> Option<Box<dyn Gauge>> {
        None
    }
    /// Plans a query as an application sends it, and runs it where its parameters have values, no longer than
    /// `at_most`. Outside any transaction; whatever it does is taken back. With its placeholders in any of the ways that
    /// drivers write them.
    fn try_out(&mut self, _query: &str, _at_most: Duration) -> Result<Tried, DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "queries cannot be tried out on this engine"))
    }
    /// Has the engine count its tables, so that plans are made as they would be in a database that has lived for a while.
    fn count_for_plans(&mut self) -> Result<(), DriverError> {
        Ok(())
    }
    /// The queries that the engine remembers, the most frequent first; `None` where it remembers none.
    fn observed_queries(&mut self) -> Result<Option<Vec<Observed>>, DriverError> {
        Ok(None)
    }
    /// How many rows a table has, and a hash over these columns of all of them, whatever their order.
    fn digest(&mut self, _table: &ObjectName, _columns: &[String]) -> Result<Digest, DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "this engine's rows cannot be hashed"))
    }
    /// Whether the other connection is to this very database, whatever both call it. Outside any transaction.
    fn is_same_as(&mut self, _other: &mut dyn Driver) -> Result<bool, DriverError> {
        Err(DriverError::new(DriverErrorKind::Unsupported, "this engine's databases cannot be told from each other"))
    }
    /// Drops scratch databases that a run which was killed left behind, and says which.
    fn clear_scratch(&mut self) -> Result<Vec<String>, DriverError> {
        Ok(Vec::new())
    }
    /// A handle with which another thread breaks the connection off, as if this process had died: nothing is said to
    /// the engine, and whatever is asked afterwards says [`Lost`](DriverErrorKind::Lost).
    fn severer(&self) -> Option<Canceller> {
        None
    }

    /// Makes the database refuse changes of its schema by sessions that are not whimbrel's, except those of these
    /// roles. In place of a guard that is there already.
    fn install_ddl_guard(&mut self, _allowed_roles: &[String]) -> Result<(), DriverError> {
        let message = format!("{} cannot refuse changes of its schema", self.dialect().engine().title());
        Err(DriverError::new(DriverErrorKind::Unsupported, message))
    }
    fn remove_ddl_guard(&mut self) -> Result<(), DriverError> {
        Ok(())
    }
    fn ddl_guard(&mut self) -> Result<Option<DdlGuard>, DriverError> {
        Ok(None)
    }

    /// What the engine remarked (`NOTICE`, `WARNING`) since this was last asked.
    fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// The schema with every expression as this engine's catalogue would print it. Made and asked within a
    /// transaction that is rolled back; only what `differing` names is materialised.
    fn normalize(&mut self, schema: &Schema, differing: &[ObjectName]) -> Result<Schema, DriverError>;

    /// An empty database of the same kind, gone when dropped: in memory on SQLite, a new database on the same server
    /// on PostgreSQL.
    fn scratch(&mut self) -> Result<Box<dyn Driver>, DriverError>;

    /// A handle with which another thread (Ctrl-C) stops the statement that runs now.
    fn canceller(&self) -> Canceller;
}

pub type Canceller = Box<dyn Fn() + Send + Sync>;

/// One row, every value as the engine prints it.
pub type Row = Vec<Option<String>>;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    Text(&'a str),
    Integer(i64),
    Null,
}

/// What an engine said when it refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct DriverError {
    pub kind: DriverErrorKind,
    /// The engine's own words.
    pub message: String,
    /// SQLSTATE or SQLite's result code, where there is one.
    pub code: Option<String>,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// Byte offset into the SQL that was sent.
    pub position: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriverErrorKind {
    /// Nobody answered, or not as an engine does: wrong host, wrong password, no such database, no such file.
    Connect,
    /// It answered before, and does no longer.
    Lost,
    /// Somebody else holds what is needed, and the wait is over.
    Busy,
    /// Stopped on request.
    Cancelled,
    /// It took longer than it may.
    TimedOut,
    /// It takes no writes: it is read-only here, or no room is left.
    Unwritable,
    /// This user may not.
    Forbidden,
    /// The statement was refused.
    Statement,
    /// This build or this engine cannot do what was asked of the driver.
    Unsupported,
}

impl DriverError {
    /// Whether the engine understood, and said no: what was asked is not done, and others may be asked.
    pub fn is_refusal(&self) -> bool {
        matches!(self.kind, DriverErrorKind::Statement | DriverErrorKind::Forbidden | DriverErrorKind::Unwritable)
    }

    pub fn new(kind: DriverErrorKind, message: impl Into<String>) -> Self {
        DriverError { kind, message: message.into(), code: None, detail: None, hint: None, position: None }
    }
}
