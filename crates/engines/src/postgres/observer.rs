//! Who keeps a session waiting, as the server itself says it.

use std::time::Duration;

use whimbrel_run::guard::{self, Blocker, Sight, first_line};
use whimbrel_run::{DriverError, Row};

use super::connection::Connection;
use super::predict::Mode;
use super::settings::Settings;

/// Beside the session with that process; connected when first asked.
pub(super) struct Observer {
    settings: Settings,
    pid: i64,
    connection: Option<Connection>,
}

impl Observer {
    pub fn of(settings: Settings, pid: i64) -> Self {
        Observer { settings, pid, connection: None }
    }

    fn rows(&mut self, query: &str) -> Result<Vec<Row>, DriverError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.settings)?,
        };
        let rows = connection.rows(query)?;
        self.connection = Some(connection);
        Ok(rows)
    }
}

impl guard::Observer for Observer {
    fn look(&mut self) -> Result<Sight, DriverError> {
        let pid = self.pid;
        let wanted = self.rows(&format!(
            "SELECT locktype, mode, relation::pg_catalog.regclass::text FROM pg_catalog.pg_locks \
             WHERE pid = {pid} AND NOT granted LIMIT 1"
        ))?;
        // Parallel workers count for their leaders, and a prepared transaction has the process 0.
        let blockers = self.rows(&format!(
            "SELECT b.pid, a.usename, a.application_name, a.state, \
             extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8, a.query, a.xact_start::text, \
             CASE b.pid WHEN 0 THEN (SELECT string_agg(gid, ', ' ORDER BY prepared) FROM pg_catalog.pg_prepared_xacts \
             WHERE database = pg_catalog.current_database()) ELSE a.backend_type END \
             FROM (SELECT DISTINCT pg_catalog.unnest(pg_catalog.pg_blocking_pids({pid})) AS pid) b \
             LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid ORDER BY a.xact_start, b.pid"
        ))?;
        Ok(Sight {
            wanted: wanted.first().map(|row| lock(row)),
            blockers: blockers.iter().map(|row| blocker(row)).collect(),
            unseen: None,
        })
    }

    fn still(&mut self, seen: &[Blocker]) -> Result<Vec<Blocker>, DriverError> {
        let pids: Vec<String> = seen.iter().filter_map(|blocker| blocker.pid).map(|pid| pid.to_string()).collect();
        if pids.is_empty() {
            return Ok(Vec::new());
        }
        let open = self.rows(&format!(
            "SELECT pid, xact_start::text FROM pg_catalog.pg_stat_activity WHERE pid IN ({})",
            pids.join(", ")
        ))?;
        let is_open = |blocker: &&Blocker| {
            open.iter().any(|row| {
                let number = |cell: &Option<String>| cell.as_ref().and_then(|text| text.parse().ok());
                row.first().and_then(number) == blocker.pid
                    && blocker.transaction.is_some()
                    && row.get(1).cloned().flatten() == blocker.transaction
            })
        };
        Ok(seen.iter().filter(is_open).cloned().collect())
    }
}

/// In the words of the manual.
fn lock(row: &[Option<String>]) -> String {
    let cells: Vec<Option<&str>> = row.iter().map(Option::as_deref).collect();
    let cell = |at: usize| cells.get(at).copied().flatten();
    let mode = cell(1).unwrap_or_default().trim_end_matches("Lock");
    let mode = Mode::read(mode).map_or(mode, |known| known.name());
    match (cell(0).unwrap_or_default(), cell(2)) {
        ("relation", Some(relation)) => format!("{mode} on `{relation}`"),
        ("transactionid" | "tuple", _) => "rows that others have changed".to_string(),
        ("virtualxid", _) => "transactions that began before it".to_string(),
        (kind, _) => format!("a lock on {kind}"),
    }
}

fn blocker(row: &[Option<String>]) -> Blocker {
    let cell = |at: usize| row.get(at).cloned().flatten();
    let pid = cell(0).and_then(|pid| pid.parse().ok()).filter(|pid| *pid != 0);
    let query = match pid {
        Some(_) => cell(5).map(|query| first_line(&query)),
        None => cell(7),
    };
    // What is no client has neither state nor query, and is known by its kind.
    let state = cell(3).or_else(|| cell(7).filter(|kind| pid.is_some() && kind != "client backend"));
    Blocker {
        pid,
        user: cell(1),
        application: cell(2),
        state,
        open: cell(4).and_then(|seconds| seconds.parse().ok()).and_then(|it| Duration::try_from_secs_f64(it).ok()),
        query,
        transaction: cell(6),
    }
}
