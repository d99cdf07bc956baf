//! A query of an application's, planned, run with what it has of values, and taken back.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use whimbrel_run::rehearse::{Plan, Read, Tried};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::bindings::Answer as _;
use super::driver::error_of;

const QUERIES: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "REPLACE"];
/// Steps of SQLite's machine after which it is looked whether the query may go on.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

pub(super) fn try_out(connection: &mut Connection, query: &str, at_most: Duration) -> Result<Tried, DriverError> {
    let word: String = query.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    if !QUERIES.iter().any(|known| known.eq_ignore_ascii_case(&word)) {
        let message = "only SELECT, INSERT, REPLACE, UPDATE, DELETE and VALUES are tried out";
        return Err(DriverError::new(DriverErrorKind::Unsupported, message));
    }
    let query = of_driver(query);
    let plan = plan(connection, &query).map_err(|error| error_of(&error))?;
    let failed = |error: rusqlite::Error| error_of(&error);
    let begun = Instant::now();
    let is_over = move || begun.elapsed() >= at_most;
    connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(is_over)).checked().map_err(failed)?;
    let rows = run(connection, &query).map_err(failed);
    connection.progress_handler(0, None::<fn() -> bool>).checked().map_err(failed)?;
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").map_err(failed)?;
    }
    match rows {
        Ok(rows) => Ok(Tried { plan, rows }),
        // It was planned, and would have gone on.
        Err(error) if error.kind == DriverErrorKind::Cancelled && begun.elapsed() >= at_most => {
            Ok(Tried { plan, rows: None })
        }
        Err(error) => Err(error),
    }
}

/// `%s` and `%(name)s` as SQLite writes them; all others are its own.
fn of_driver(query: &str) -> String {
    let mut text = String::with_capacity(query.len());
    let mut quoted = None;
    let mut rest = query;
    while let Some(letter) = rest.chars().next() {
        let length = match (quoted, rest.strip_prefix("%(").and_then(|name| name.find(")s"))) {
            (None, Some(end)) => {
                text.push('?');
                end + 4
            }
            (None, None) if rest.starts_with("%s") => {
                text.push('?');
                2
            }
            (_, _) => {
                text.push(letter);
                letter.len_utf8()
            }
        };
        match (letter, quoted) {
            ('\'' | '"', None) => quoted = Some(letter),
            (letter, Some(open)) if letter == open => quoted = None,
            (_, _) => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    text
}

/// A query without values for all of its parameters is not run: what it would find is not what it finds with them.
fn run(connection: &Connection, query: &str) -> rusqlite::Result<Option<u64>> {
    let mut statement = connection.prepare(query)?;
    if statement.parameter_count() > 0 {
        return Ok(None);
    }
    if !statement.readonly() {
        connection.execute_batch("BEGIN IMMEDIATE")?;
    }
    let before = connection.total_changes();
    let mut rows = statement.query([])?;
    let mut count = 0;
    while rows.next()?.is_some() {
        count += 1;
    }
    let changed = connection.total_changes() - before;
    Ok(Some(if changed > 0 { changed } else { count }))
}

fn plan(connection: &Connection, query: &str) -> rusqlite::Result<Plan> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}"))?;
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(row.get::<_, String>(3)?);
    }
    let reads = lines.iter().filter_map(|line| read(line)).collect();
    Ok(Plan { lines, cost: None, reads })
}

/// `SCAN email`, `SEARCH email USING INDEX ix (subject=?)`, `SCAN email USING COVERING INDEX ix`.
fn read(line: &str) -> Option<Read> {
    let (word, rest) = line.split_once(' ')?;
    let table = rest.strip_prefix("TABLE ").unwrap_or(rest).split(' ').next()?.to_string();
    let index = rest.split_once("INDEX ").and_then(|(_, rest)| rest.split(' ').next()).map(str::to_string);
    match word {
        "SEARCH" => Some(Read { table, index: Some(index.unwrap_or_else(|| "its primary key".to_string())) }),
        // An index that is read from end to end is read for its order or its size, and not to find anything.
        "SCAN" => Some(Read { table, index: None }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_is_printed() {
        let index = |line: &str| read(line).map(|read| (read.table, read.index));
        let by = |index: &str| Some(index.to_string());
        assert_eq!(index("SEARCH email USING INDEX ix (subject=?)"), Some(("email".to_string(), by("ix"))));
        assert_eq!(
            index("SEARCH a USING INTEGER PRIMARY KEY (rowid=?)"),
            Some(("a".to_string(), by("its primary key")))
        );
        assert_eq!(index("SCAN email"), Some(("email".to_string(), None)));
        assert_eq!(index("USE TEMP B-TREE FOR ORDER BY"), None);
    }

    #[test]
    fn placeholders_of_other_drivers_become_its_own() {
        let text = of_driver("SELECT a FROM t WHERE b = %s AND c = %(c)s AND d LIKE '%s' AND e = :e");
        assert_eq!(text, "SELECT a FROM t WHERE b = ? AND c = ? AND d LIKE '%s' AND e = :e");
    }

    #[test]
    fn what_is_tried_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t (a) VALUES ('x')")
            .unwrap();
        let second = Duration::from_secs(1);
        assert_eq!(try_out(&mut connection, "DELETE FROM t", second).unwrap().rows, Some(1));
        assert_eq!(try_out(&mut connection, "SELECT * FROM t", second).unwrap().rows, Some(1));
        assert_eq!(try_out(&mut connection, "SELECT * FROM t WHERE a = ?", second).unwrap().rows, None);
        let refused = try_out(&mut connection, "SELECT b FROM t", second).unwrap_err();
        assert!(refused.message.contains("no such column: b"), "{refused}");
        assert!(connection.is_autocommit());
    }
}
