//! A hash of every table. Values that SQLite tells apart are told apart: `1`, `1.0`, `'1'`, `x'31'` and NULL are five.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};
use whimbrel_run::backup::{ContentHash, ContentHasher, Doing, Progress, TableContents, Watch};
use whimbrel_run::rehearse::Digest;
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::ObjectName;

use super::super::dialect::dialect;
use super::super::driver::error_of;
use super::tables::{Tables, quoted};

/// How rows are hashed. Another way needs another name.
const MADE: &str = "sqlite1";

/// Rows between two looks at whether to go on.
const BETWEEN: u64 = 10_000;

pub(in super::super) fn contents(
    connection: &Connection,
    only: Option<&[ObjectName]>,
    watch: &mut Watch<'_>,
) -> Result<Vec<TableContents>, DriverError> {
    // All tables as they are at one moment, unless somebody sees to that already.
    let alone = connection.is_autocommit();
    if alone {
        connection.execute_batch("BEGIN").map_err(|error| error_of(&error))?;
    }
    let hashed = all(connection, only, watch);
    if alone && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").map_err(|error| error_of(&error))?;
    }
    hashed
}

fn all(
    connection: &Connection,
    only: Option<&[ObjectName]>,
    watch: &mut Watch<'_>,
) -> Result<Vec<TableContents>, DriverError> {
    let tables = Tables::of(connection, "main").map_err(|error| error_of(&error))?;
    let meant: BTreeSet<String> = match only {
        None => tables.plain.keys().cloned().collect(),
        Some(only) => only.iter().flat_map(|name| tables.meant(&name.name)).collect(),
    };
    let mut contents = Vec::new();
    for key in &meant {
        let Some(name) = tables.plain.get(key) else { continue };
        let (rows, hash) = of_table(connection, name, watch)?;
        contents.push(TableContents { name: ObjectName::new(name.as_str()), rows, hash });
    }
    contents.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(contents)
}

/// What is in these columns of a table, of all its rows.
pub(in super::super) fn digest(
    connection: &Connection,
    table: &ObjectName,
    columns: &[String],
) -> Result<Digest, DriverError> {
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let listed = if columns.is_empty() { "1".to_string() } else { columns.join(", ") };
    let query = format!("SELECT {listed} FROM {}", dialect().quote_name(table));
    let hasher = of_query(connection, &query, &mut |_| Ok(()))?;
    Ok(Digest { rows: hasher.rows(), hash: hasher.finish(MADE).0 })
}

fn of_table(connection: &Connection, name: &str, watch: &mut Watch<'_>) -> Result<(u64, ContentHash), DriverError> {
    let query = format!("SELECT * FROM main.{}", quoted(name));
    let hasher =
        of_query(connection, &query, &mut |rows| told(watch, Progress::of(Doing::Hashing, rows, None).about(name)))?;
    told(watch, Progress::of(Doing::Hashing, hasher.rows(), Some(hasher.rows())).about(name))?;
    Ok((hasher.rows(), hasher.finish(MADE)))
}

/// What a query gives; every so many rows `between` is told how many there were.
fn of_query(
    connection: &Connection,
    query: &str,
    between: &mut dyn FnMut(u64) -> Result<(), DriverError>,
) -> Result<ContentHasher, DriverError> {
    let mut hasher = ContentHasher::default();
    let mut query = connection.prepare(query).map_err(|error| error_of(&error))?;
    let width = query.column_count();
    let mut rows = query.query([]).map_err(|error| error_of(&error))?;
    let mut buffer = Vec::new();
    while let Some(row) = rows.next().map_err(|error| error_of(&error))? {
        buffer.clear();
        for at in 0..width {
            put(row.get_ref(at).map_err(|error| error_of(&error))?, &mut buffer);
        }
        hasher.add(&Sha256::digest(&buffer).into());
        if hasher.rows() % BETWEEN == 0 {
            between(hasher.rows())?;
        }
    }
    Ok(hasher)
}

pub(super) fn told(watch: &mut Watch<'_>, progress: Progress) -> Result<(), DriverError> {
    match watch(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(DriverError::new(DriverErrorKind::Cancelled, "it was stopped")),
    }
}

/// A letter for the kind and the value; what has no length of its own with its length before it, so that no two rows
/// come to the same bytes.
fn put(value: ValueRef<'_>, into: &mut Vec<u8>) {
    let mut long = |kind: u8, bytes: &[u8]| {
        into.push(kind);
        into.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        into.extend_from_slice(bytes);
    };
    match value {
        ValueRef::Null => into.push(b'n'),
        ValueRef::Integer(value) => {
            into.push(b'i');
            into.extend_from_slice(&value.to_le_bytes());
        }
        ValueRef::Real(value) => {
            into.push(b'r');
            into.extend_from_slice(&value.to_bits().to_le_bytes());
        }
        ValueRef::Text(bytes) => long(b't', bytes),
        ValueRef::Blob(bytes) => long(b'b', bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(sql: &str) -> Vec<(String, u64, String)> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(sql).unwrap();
        let found = contents(&connection, None, &mut |_| ControlFlow::Continue(())).unwrap();
        assert!(connection.is_autocommit());
        found.into_iter().map(|table| (table.name.name, table.rows, table.hash.0)).collect()
    }

    #[test]
    fn values_of_different_kinds_are_different() {
        let values = ["NULL", "1", "1.0", "'1'", "x'31'", "''", "x''", "0", "'a' || char(0) || 'b'", "'a'"];
        let of = |value: &str| hashes(&format!("CREATE TABLE t (a); INSERT INTO t VALUES ({value})")).remove(0).2;
        let all: BTreeSet<String> = values.iter().map(|value| of(value)).collect();
        assert_eq!(all.len(), values.len());
    }

    #[test]
    fn where_a_value_ends_and_which_column_it_is_in_counts() {
        let of = |row: &str| hashes(&format!("CREATE TABLE t (a, b); INSERT INTO t VALUES {row}")).remove(0).2;
        let rows = ["('ab', 'c')", "('a', 'bc')", "('c', 'ab')", "(NULL, 'abc')", "('abc', NULL)"];
        let all: BTreeSet<String> = rows.iter().map(|row| of(row)).collect();
        assert_eq!(all.len(), rows.len());
    }

    #[test]
    fn the_order_of_rows_does_not_count_and_how_often_they_are_there_does() {
        let of = |rows: &str| hashes(&format!("CREATE TABLE t (a); INSERT INTO t VALUES {rows}")).remove(0);
        assert_eq!(of("(1), (2), (3)"), of("(3), (1), (2)"));
        assert_ne!(of("(1), (1)").2, of("(2), (2)").2);
    }

    #[test]
    fn tables_behind_virtual_ones_are_hashed_and_found_by_the_virtual_one() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE VIRTUAL TABLE post USING fts5(body); CREATE VIRTUAL TABLE post_more USING fts5(body); \
                 CREATE TABLE post_plain (a); INSERT INTO post VALUES ('one'); ANALYZE;",
            )
            .unwrap();
        let mut go_on = |_: Progress| ControlFlow::Continue(());
        let names = |found: Vec<TableContents>| {
            found.into_iter().map(|table| table.name.name).collect::<Vec<String>>().join(" ")
        };
        let only = |name: &str| [ObjectName::new(name)];
        assert_eq!(
            names(contents(&connection, Some(&only("POST")), &mut go_on).unwrap()),
            "post_config post_content post_data post_docsize post_idx"
        );
        assert_eq!(names(contents(&connection, Some(&only("Post_Plain")), &mut go_on).unwrap()), "post_plain");
        assert_eq!(names(contents(&connection, Some(&only("gone")), &mut go_on).unwrap()), "");
        let all = names(contents(&connection, None, &mut go_on).unwrap());
        assert!(all.contains("post_more_data") && !all.contains("sqlite_stat1"), "{all}");
    }
}
