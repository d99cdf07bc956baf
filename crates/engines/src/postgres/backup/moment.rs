//! One moment of the database, which several sessions see: a snapshot that one of them holds open for all.

use std::collections::BTreeSet;
use std::time::Duration;

use whimbrel_run::{DriverError, DriverErrorKind};

use super::super::driver::PostgresDriver;
use super::super::session::set_role;
use super::environment::each_host;
use super::readable;
use super::relations::{Kind, Oid, Relations};
use super::rows::PINNED;

/// How long anybody waits for a table: one that waits behind somebody's ALTER keeps all who come after it waiting too.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(10);

/// How often tables may come and go between looking and locking.
const TRIES: usize = 8;

/// Names in one statement that locks.
const LOCKED_AT_ONCE: usize = 500;

/// It ends with the driver that it holds.
pub(super) struct Moment {
    pub driver: PostgresDriver,
    /// By which other sessions join it.
    pub snapshot: String,
    /// Where the log of the server stood just after.
    pub position: Option<String>,
    pub relations: Relations,
}

/// What a driver holds open when all went well.
struct Taken {
    snapshot: String,
    position: Option<String>,
    relations: Relations,
}

impl Moment {
    /// The tables are locked before the snapshot is taken, against being altered and not against being written: a
    /// table that is rewritten or truncated in between would be empty in an older snapshot, and be copied so. No
    /// statement before the export takes one: locking does not. What came up in between is seen in it, and means
    /// another try.
    pub fn hold(of: &PostgresDriver) -> Result<Moment, DriverError> {
        of.require_known_version()?;
        let mut opened = None;
        for settings in each_host(&of.settings) {
            opened = Some(PostgresDriver::open(settings));
            if matches!(opened, Some(Ok(_))) {
                break;
            }
        }
        let nowhere = || Err(DriverError::new(DriverErrorKind::Connect, "no server is named"));
        let mut driver = opened.unwrap_or_else(nowhere)?;
        if let Some(role) = &of.role {
            driver.connection.rows(&set_role(role))?;
        }
        driver.home.clone_from(&of.home);
        driver.role.clone_from(&of.role);
        let mut last = None;
        for _ in 0..TRIES {
            match Moment::attempt(&mut driver) {
                Ok(Some(Taken { snapshot, position, relations })) => {
                    return Ok(Moment { driver, snapshot, position, relations });
                }
                Ok(None) => {}
                // A table that was listed is gone, or its schema is.
                Err(error) if matches!(error.code.as_deref(), Some("42P01" | "3F000")) => last = Some(error),
                Err(error) => return Err(error),
            }
            driver.connection.rows("ROLLBACK")?;
        }
        let message =
            "tables come and go too quickly for a copy of all of them: wait until whatever makes them is done";
        let detail = last.map(|error| error.message);
        Err(DriverError { detail, ..DriverError::new(DriverErrorKind::Busy, message) })
    }

    /// `None` where a table came up between looking and locking.
    fn attempt(driver: &mut PostgresDriver) -> Result<Option<Taken>, DriverError> {
        driver.in_transaction = false;
        let listed = Relations::read(&mut driver.connection)?;
        readable::require(&listed, driver.role.as_ref().unwrap_or(&driver.settings.user))?;
        let tables = |relations: &Relations| -> Vec<(Oid, String)> {
            let lockable = relations.0.iter().filter(|it| matches!(it.kind, Kind::Table | Kind::Partitioned));
            lockable.map(|it| (it.oid, it.quoted())).collect()
        };
        let listed = tables(&listed);
        let major = driver.connection.version.major;
        let timeout = if major >= 17 { "SET LOCAL transaction_timeout = 0;" } else { "" };
        driver.connection.rows(&format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = {}; {timeout} {PINNED}",
            LOCK_WAIT.as_millis()
        ))?;
        driver.in_transaction = true;
        for names in listed.chunks(LOCKED_AT_ONCE) {
            let names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
            let lock = format!("LOCK TABLE ONLY {} IN ACCESS SHARE MODE", names.join(", ONLY "));
            driver.connection.rows(&lock).map_err(waits)?;
        }
        let row = driver.connection.rows(
            "SELECT pg_export_snapshot(), CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() \
             ELSE pg_current_wal_insert_lsn() END",
        )?;
        let mut cells = row.into_iter().next().unwrap_or_default().into_iter();
        let (snapshot, position) = (cells.next().flatten().unwrap_or_default(), cells.next().flatten());
        let relations = Relations::read(&mut driver.connection)?;
        let locked: BTreeSet<Oid> = listed.iter().map(|(oid, _)| *oid).collect();
        let all_locked = tables(&relations).iter().all(|(oid, _)| locked.contains(oid));
        Ok(all_locked.then_some(Taken { snapshot, position, relations }))
    }

    /// What another session says first to see the same.
    pub fn join(&self) -> String {
        let timeout =
            if self.driver.connection.version.major >= 17 { "SET LOCAL transaction_timeout = 0;" } else { "" };
        format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{}'; \
             SET LOCAL lock_timeout = {}; {timeout} {PINNED}",
            self.snapshot,
            LOCK_WAIT.as_millis()
        )
    }
}

/// Who is waited for, in words, where a table cannot be had.
pub(super) fn waits(error: DriverError) -> DriverError {
    if error.kind != DriverErrorKind::Busy {
        return error;
    }
    let hint = "somebody alters a table, or waits to: back up again when that is done";
    DriverError { hint: Some(hint.to_owned()), ..error }
}
