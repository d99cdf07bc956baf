//! A database from a copy of it: all of it, or some of its tables.

use std::fs;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use whimbrel_run::backup::{Doing, Progress, Watch};
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::ObjectName;

use super::super::driver::{Place, error_of};
use super::contents::told;
use super::pages::{self, Others};
use super::tables::{Tables, quoted};
use super::{DATABASE, JOURNAL};

/// The name of the copy while its tables are read beside the database's own.
const BESIDE: &str = "whimbrel_backup";

pub(in super::super) fn copy_in(
    connection: &mut Connection,
    place: &Place,
    from: &Path,
    only: Option<&[ObjectName]>,
    watch: &mut Watch<'_>,
) -> Result<Afterwards, DriverError> {
    let file = from.join(DATABASE);
    connection.flush_prepared_statement_cache();
    match only {
        None => all(connection, place, from, &file, watch),
        Some(only) => within(connection, &file, only, watch).map(|()| Afterwards::AsItIs),
    }
}

/// What a connection is good for when the database under it is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Afterwards {
    AsItIs,
    /// The texts are in another encoding, which a connection takes when it is opened.
    Reopen,
}

/// SQLite's own backup writes in a transaction: others see the database before or after, and so does whoever opens it
/// after a crash.
fn all(
    connection: &mut Connection,
    place: &Place,
    from: &Path,
    file: &Path,
    watch: &mut Watch<'_>,
) -> Result<Afterwards, DriverError> {
    let copy = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| error_of(&error))?;
    let size: i64 = copy.query_row("PRAGMA page_size", [], |row| row.get(0)).map_err(|error| error_of(&error))?;
    let encoding = |connection: &Connection| -> Result<String, DriverError> {
        connection.query_row("PRAGMA encoding", [], |row| row.get(0)).map_err(|error| error_of(&error))
    };
    let afterwards = match (encoding(&copy)? == encoding(connection)?, place) {
        (true, _) => Afterwards::AsItIs,
        (false, Place::File(_)) => Afterwards::Reopen,
        (false, Place::Memory) => {
            let message =
                "its texts are in another encoding than those of this database in memory: restore it into a file";
            return Err(DriverError::new(DriverErrorKind::Unsupported, message));
        }
    };
    let run = |connection: &Connection, sql: &str| connection.execute_batch(sql).map_err(|error| error_of(&error));
    // Its pages may be of another size, which a database in WAL mode cannot take.
    let is_wal = super::copy_out::journal_mode(connection)? == "wal";
    if is_wal {
        run(connection, "PRAGMA main.journal_mode = DELETE")?;
    }
    run(connection, &format!("PRAGMA main.page_size = {size}"))?;
    pages::copy(&copy, connection, Others::Free, Doing::Restoring, watch)?;
    let journal = fs::read_to_string(from.join(JOURNAL)).unwrap_or_default();
    match place {
        Place::File(file) if is_wal || journal == "wal" => {
            // One that knows nothing of what was there before.
            let fresh = Connection::open(file).map_err(|error| error_of(&error))?;
            run(&fresh, "PRAGMA main.journal_mode = WAL")?;
        }
        Place::File(_) | Place::Memory => {}
    }
    Ok(afterwards)
}

fn within(
    connection: &mut Connection,
    file: &Path,
    only: &[ObjectName],
    watch: &mut Watch<'_>,
) -> Result<(), DriverError> {
    let failed = |error: rusqlite::Error| error_of(&error);
    let keys: bool = connection.query_row("PRAGMA foreign_keys", [], |row| row.get(0)).map_err(failed)?;
    let checks: bool = connection.query_row("PRAGMA ignore_check_constraints", [], |row| row.get(0)).map_err(failed)?;
    let triggers = connection.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER).map_err(failed)?;
    connection.execute(&format!("ATTACH ?1 AS {BESIDE}"), [file.to_string_lossy()]).map_err(failed)?;
    // Rows come as they were: nothing is checked, fired or taken along.
    let prepared = connection
        .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false))
        .map_err(failed);
    let copied = prepared.and_then(|_| in_transaction(connection, only, watch));
    let on = |is_on: bool| if is_on { "ON" } else { "OFF" };
    let restored = connection
        .execute_batch(&format!(
            "DETACH {BESIDE}; PRAGMA foreign_keys = {}; PRAGMA ignore_check_constraints = {}; \
             PRAGMA writable_schema = RESET",
            on(keys),
            on(checks)
        ))
        .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, triggers))
        .map_err(failed);
    copied?;
    restored.map(drop)
}

fn in_transaction(connection: &Connection, only: &[ObjectName], watch: &mut Watch<'_>) -> Result<(), DriverError> {
    connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| error_of(&error))?;
    let copied = only.iter().try_for_each(|table| one(connection, &table.name, watch));
    let ended = match &copied {
        Ok(()) => connection.execute_batch("COMMIT"),
        // Some failures have rolled back by themselves.
        Err(_) if connection.is_autocommit() => Ok(()),
        Err(_) => connection.execute_batch("ROLLBACK"),
    };
    copied?;
    ended.map_err(|error| error_of(&error))
}

struct Made {
    name: String,
    sql: String,
    is_virtual: bool,
}

fn find(connection: &Connection, schema: &str, name: &str) -> rusqlite::Result<Option<Made>> {
    let query = format!(
        "SELECT name, sql, rootpage = 0 FROM {schema}.sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE"
    );
    let made = |row: &rusqlite::Row<'_>| Ok(Made { name: row.get(0)?, sql: row.get(1)?, is_virtual: row.get(2)? });
    connection.query_row(&query, [name], made).optional()
}

fn one(connection: &Connection, name: &str, watch: &mut Watch<'_>) -> Result<(), DriverError> {
    let failed = |error: rusqlite::Error| error_of(&error);
    let Some(table) = find(connection, BESIDE, name).map_err(failed)? else {
        let message = format!("there is no table `{name}` in the backup");
        return Err(DriverError::new(DriverErrorKind::Statement, message));
    };
    let is_new = find(connection, "main", name).map_err(failed)?.is_none();
    if is_new {
        connection.execute_batch(&table.sql).map_err(failed)?;
    }
    if table.is_virtual {
        let of = |schema| Tables::of(connection, schema).map(|tables| tables.meant(name)).map_err(failed);
        let kept = of(BESIDE)?;
        if of("main")? != kept {
            let message = format!("`{name}` keeps its rows in other tables here than in the backup");
            return Err(DriverError::new(DriverErrorKind::Statement, message));
        }
        kept.iter().try_for_each(|kept| rows(connection, kept, watch))?;
    } else {
        rows(connection, &table.name, watch)?;
        numbers(connection, &table.name).map_err(failed)?;
    }
    if is_new {
        let query = format!(
            "SELECT sql FROM {BESIDE}.sqlite_master WHERE tbl_name = ?1 AND type IN ('index', 'trigger') \
             AND sql IS NOT NULL ORDER BY rowid"
        );
        let mut query = connection.prepare(&query).map_err(failed)?;
        let hung = query.query_map([&table.name], |row| row.get::<_, String>(0)).map_err(failed)?;
        for sql in hung.collect::<Result<Vec<String>, _>>().map_err(failed)? {
            connection.execute_batch(&sql).map_err(failed)?;
        }
    }
    Ok(())
}

/// The columns that rows are written into: generated ones fill themselves.
fn columns(connection: &Connection, schema: &str, table: &str) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT name FROM pragma_table_xinfo(?1, ?2) WHERE hidden = 0";
    connection.prepare(query)?.query_map([table, schema], |row| row.get(0))?.collect()
}

fn rows(connection: &Connection, table: &str, watch: &mut Watch<'_>) -> Result<(), DriverError> {
    let failed = |error: rusqlite::Error| error_of(&error);
    let mut names = columns(connection, BESIDE, table).map_err(failed)?;
    let mut here = columns(connection, "main", table).map_err(failed)?;
    let (mut sorted, listed) = (names.clone(), |names: &[String]| names.join(", "));
    sorted.sort();
    here.sort();
    if sorted != here {
        let message = format!(
            "`{table}` has other columns here than in the backup: {} here, {} there",
            listed(&here),
            listed(&sorted)
        );
        let hint = Some("restore it into another database, and copy from there what is needed".to_string());
        return Err(DriverError { hint, ..DriverError::new(DriverErrorKind::Statement, message) });
    }
    let query = "SELECT wr FROM pragma_table_list WHERE schema = ?1 AND name = ?2 COLLATE NOCASE";
    let rowless: bool = connection.query_row(query, [BESIDE, table], |row| row.get(0)).map_err(failed)?;
    // Other tables may know rows by the number that SQLite gave them.
    let number = ["rowid", "_rowid_", "oid"].into_iter().find(|word| {
        let taken = names.iter().any(|name| name.eq_ignore_ascii_case(word));
        !rowless && !taken
    });
    names.iter_mut().for_each(|name| *name = quoted(name));
    names.extend(number.map(str::to_string));
    let (names, table_name) = (listed(&names), quoted(table));
    connection.execute(&format!("DELETE FROM main.{table_name}"), []).map_err(failed)?;
    let insert = format!("INSERT INTO main.{table_name} ({names}) SELECT {names} FROM {BESIDE}.{table_name}");
    let copied = connection.execute(&insert, []).map_err(failed)?;
    told(watch, Progress::of(Doing::Restoring, copied as u64, None).about(table))
}

/// What an AUTOINCREMENT has given already is not given again, neither here nor in the backup.
fn numbers(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    let has = |schema: &str| find(connection, schema, "sqlite_sequence").map(|found| found.is_some());
    if !has(BESIDE)? || !has("main")? {
        return Ok(());
    }
    let query = format!("SELECT seq FROM {BESIDE}.sqlite_sequence WHERE name = ?1");
    let Some(given) = connection.query_row(&query, [table], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(());
    };
    let update = "UPDATE main.sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
    if connection.execute(update, (table, given))? == 0 {
        connection.execute("INSERT INTO main.sqlite_sequence (name, seq) VALUES (?1, ?2)", (table, given))?;
    }
    Ok(())
}
