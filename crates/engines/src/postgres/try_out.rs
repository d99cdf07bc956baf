//! A query of an application's, planned as its driver would have it planned, run where it can be, and taken back.

use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;
use whimbrel_run::rehearse::{Observed, Plan, Read, Tried};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::connection::Connection;
use super::placeholders::numbered;
use super::quote::quote;

/// What can be explained, and taken back by a rollback.
const QUERIES: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "MERGE"];

fn is_query(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches('(').trim_start();
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    QUERIES.iter().any(|known| known.eq_ignore_ascii_case(&word))
}

pub(super) fn try_out(connection: &mut Connection, query: &str, at_most: Duration) -> Result<Tried, DriverError> {
    if !is_query(query) {
        let message = "only SELECT, INSERT, UPDATE, DELETE, MERGE and VALUES are tried out";
        return Err(DriverError::new(DriverErrorKind::Unsupported, message));
    }
    let (query, parameters) = numbered(query);
    // Without values nobody knows what the plan for them would be: the one that serves for all is asked for.
    connection.send(
        &format!(
            "BEGIN; SET LOCAL statement_timeout = {}; SET LOCAL plan_cache_mode = force_generic_plan",
            at_most.as_millis().max(1)
        ),
        |_| Ok(()),
    )?;
    let tried = planned_and_run(connection, &query, parameters);
    // What was prepared outlives the transaction.
    let ended = connection.send("ROLLBACK; DEALLOCATE ALL", |_| Ok(()));
    let tried = tried?;
    ended.map(|()| tried)
}

fn planned_and_run(connection: &mut Connection, query: &str, parameters: usize) -> Result<Tried, DriverError> {
    if parameters > 0 {
        connection.send(&format!("PREPARE whimbrel_tried AS {query}"), |_| Ok(())).map_err(without_place)?;
        let nulls = vec!["NULL"; parameters].join(", ");
        let lines = lines(connection, &format!("EXPLAIN EXECUTE whimbrel_tried({nulls})"))?;
        return Ok(Tried { plan: plan(lines), rows: None });
    }
    let lines = lines(connection, &format!("EXPLAIN {query}")).map_err(without_place)?;
    let mut rows = 0;
    connection.send(query, |message| {
        if let SimpleQueryMessage::CommandComplete(touched) = message {
            rows = touched;
        }
        Ok(())
    })?;
    Ok(Tried { plan: plan(lines), rows: Some(rows) })
}

/// The place is one in a text that nobody wrote.
fn without_place(error: DriverError) -> DriverError {
    DriverError { position: None, ..error }
}

fn lines(connection: &mut Connection, explain: &str) -> Result<Vec<String>, DriverError> {
    Ok(connection.rows(explain)?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}

/// From what `EXPLAIN` prints.
pub(super) fn plan(lines: Vec<String>) -> Plan {
    let cost = lines.first().and_then(|line| line.split_once("(cost=")?.1.split_once("..")?.1.split(' ').next());
    let cost = cost.and_then(|cost| cost.parse().ok());
    let mut reads: Vec<Read> = Vec::new();
    let mut bitmaps: Vec<String> = Vec::new();
    for line in lines.iter().rev() {
        let node = line.trim_start().trim_start_matches("->").trim_start();
        let node = node.split("  (cost=").next().unwrap_or(node);
        let node = node.strip_prefix("Parallel ").unwrap_or(node);
        let table = |text: &str| text.split(' ').next().unwrap_or(text).to_string();
        if let Some(rest) = node.strip_prefix("Seq Scan on ") {
            reads.push(Read { table: table(rest), index: None });
        } else if let Some(rest) = node.strip_prefix("Bitmap Index Scan on ") {
            bitmaps.push(table(rest));
        } else if let Some(rest) = node.strip_prefix("Bitmap Heap Scan on ") {
            // Its indexes stand below it.
            let index = bitmaps.pop().unwrap_or_else(|| "a bitmap".to_string());
            bitmaps.clear();
            reads.push(Read { table: table(rest), index: Some(index) });
        } else if node.starts_with("Index ")
            && let Some((index, rest)) = node.split_once(" using ").and_then(|(_, rest)| rest.split_once(" on "))
        {
            reads.push(Read { table: table(rest), index: Some(index.to_string()) });
        }
    }
    reads.reverse();
    Plan { lines, cost, reads }
}

/// What the extension `pg_stat_statements` has counted of this database.
pub(super) fn observed(connection: &mut Connection) -> Result<Option<Vec<Observed>>, DriverError> {
    let place = "SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n \
                 ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'";
    let Some(namespace) = connection.rows(place)?.into_iter().flatten().flatten().next() else { return Ok(None) };
    let rows = connection.rows(&format!(
        "SELECT query, sum(calls)::bigint FROM {}.pg_stat_statements WHERE dbid = (SELECT oid \
         FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) GROUP BY 1 ORDER BY 2 DESC LIMIT {MOST}",
        quote(&namespace)
    ))?;
    let query = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter();
        let (sql, calls) = (cells.next()??, cells.next()??.parse().ok()?);
        let ours = sql.contains("whimbrel_") || sql.contains("pg_catalog.");
        (is_query(&sql) && !ours).then_some(Observed { sql, calls })
    };
    Ok(Some(rows.into_iter().filter_map(query).collect()))
}

const MOST: u32 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_is_printed() {
        let printed = "\
Hash Join  (cost=10.50..32.10 rows=5 width=8)
  ->  Bitmap Heap Scan on email e  (cost=4.20..13.67 rows=6 width=4)
        ->  Bitmap Index Scan on ix_email_subject  (cost=0.00..4.20 rows=6 width=0)
  ->  Index Only Scan using user_pkey on \"user\" u  (cost=0.15..8.17 rows=1 width=4)
  ->  Parallel Seq Scan on note  (cost=0.00..8.17 rows=1 width=4)";
        let plan = plan(printed.lines().map(str::to_string).collect());
        let read = |table: &str, index: Option<&str>| Read { table: table.into(), index: index.map(str::to_string) };
        assert_eq!(plan.cost, Some(32.1));
        let reads = [read("email", Some("ix_email_subject")), read("\"user\"", Some("user_pkey")), read("note", None)];
        assert_eq!(plan.reads, reads);
    }

    #[test]
    fn only_what_a_rollback_takes_back_is_tried() {
        assert!(is_query("  ((select 1))") && is_query("WITH a AS (SELECT 1) SELECT * FROM a"));
        assert!(!is_query("COMMIT") && !is_query("VACUUM email") && !is_query("SET a = 1"));
    }
}
