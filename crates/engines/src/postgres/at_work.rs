//! The session that has the runner's lock: what it does, since when, how far that is.

use std::time::Duration;

use whimbrel_run::guard::first_line;
use whimbrel_run::{AtWork, DriverError, Progress, Row};

use super::connection::Connection;

/// Of the session that has the advisory lock of that number; a session of somebody else's tells no query.
pub(super) fn find(connection: &mut Connection, lock: i64) -> Result<Option<AtWork>, DriverError> {
    let (high, low) = (lock >> 32, lock & 0xffff_ffff);
    let rows = connection.rows(&format!(
        "SELECT a.pid, concat_ws(' on ', nullif(a.application_name, ''), a.client_addr::text), a.state, a.query, \
         extract(epoch FROM pg_catalog.clock_timestamp() - CASE a.state WHEN 'active' THEN a.query_start \
         ELSE a.state_change END)::float8, pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(a.pid), ',') \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::int8 = {high} AND l.objid::int8 = {low} \
         AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
    ))?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let mut cells = row.into_iter();
    let mut next = || cells.next().flatten();
    let pid = next().and_then(|pid| pid.parse().ok());
    let client = next().filter(|client| !client.is_empty());
    let active = next().as_deref() == Some("active");
    let query = next().filter(|_| active);
    let lasts = next().and_then(|text| text.parse::<f64>().ok()).filter(|seconds| *seconds >= 0.0);
    let behind = next().unwrap_or_default();
    let progress = match pid {
        Some(pid) if active => progress(connection, pid)?,
        Some(_) | None => None,
    };
    Ok(Some(AtWork {
        pid,
        client,
        statement: query.map(|query| first_line(own(&query))),
        lasts: lasts.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        behind: behind.split(',').filter_map(|pid| pid.parse().ok()).collect(),
        progress,
        ended_by: pid.map(end),
    }))
}

pub(super) fn end(pid: i64) -> String {
    format!("SELECT pg_catalog.pg_terminate_backend({pid})")
}

/// What was sent without the limits that whimbrel sends ahead of it.
fn own(query: &str) -> &str {
    let mut rest = query.trim_start();
    let ahead = ["BEGIN;", "SELECT pg_catalog.pg_backend_pid()", "SET LOCAL "];
    while ahead.iter().any(|ahead| rest.starts_with(ahead)) {
        match rest.split_once(';') {
            Some((_, behind)) if !behind.trim().is_empty() => rest = behind.trim_start(),
            Some(_) | None => break,
        }
    }
    rest
}

fn progress(connection: &mut Connection, pid: i64) -> Result<Option<Progress>, DriverError> {
    let rows = connection.rows(&format!(
        "SELECT phase, CASE WHEN phase LIKE 'waiting%' THEN lockers_done WHEN blocks_total > 0 THEN blocks_done \
         ELSE tuples_done END, CASE WHEN phase LIKE 'waiting%' THEN lockers_total WHEN blocks_total > 0 THEN blocks_total \
         ELSE tuples_total END FROM pg_catalog.pg_stat_progress_create_index WHERE pid = {pid} \
         UNION ALL SELECT phase, heap_blks_scanned, heap_blks_total FROM pg_catalog.pg_stat_progress_cluster \
         WHERE pid = {pid} \
         UNION ALL SELECT phase, heap_blks_scanned, heap_blks_total FROM pg_catalog.pg_stat_progress_vacuum \
         WHERE pid = {pid}"
    ))?;
    Ok(rows.into_iter().next().and_then(|row: Row| {
        let number = |at: usize| row.get(at).cloned().flatten().and_then(|text| text.parse().ok()).unwrap_or(0);
        Some(Progress { phase: row.first().cloned().flatten()?, done: number(1), of: number(2) })
    }))
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn the_limits_before_a_statement_are_left_out() {
        let sent =
            "SELECT pg_catalog.pg_backend_pid(), current_user;SET LOCAL lock_timeout = 1; ALTER TABLE t ADD c int";
        assert_eq!(own(sent), "ALTER TABLE t ADD c int");
        assert_eq!(own("SELECT pg_catalog.pg_backend_pid();"), "SELECT pg_catalog.pg_backend_pid();");
    }
}
