//! What a live file says that decides how dangerous a statement is. No table is read for it.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _};
use whimbrel_plan::review::{Facts, TableFacts};
use whimbrel_schema::ObjectName;

/// Settings that the file keeps. Those of a session, such as `foreign_keys`, are up to whoever runs the migration.
const KEPT: [&str; 4] = ["journal_mode", "auto_vacuum", "encoding", "page_size"];

/// Up to this size, the pages of each table are counted; beyond, the file is shared out by rows.
const COUNTED: u64 = 64 * 1024 * 1024;

pub(super) fn facts(connection: &Connection) -> rusqlite::Result<Facts> {
    let mut facts = Facts { asked: true, replicas: Some(0), ..Facts::default() };
    for name in KEPT {
        let value =
            connection.query_row(&format!("PRAGMA main.{name}"), [], |row| row.get::<_, rusqlite::types::Value>(0));
        if let Some(value) = value.optional()? {
            facts.settings.insert(name.to_string(), plain(value));
        }
    }
    let pages = |what: &str| {
        let number = connection.query_row(&format!("PRAGMA main.{what}"), [], |row| row.get::<_, i64>(0));
        number.map(|number| u64::try_from(number).unwrap_or_default())
    };
    let size = pages("page_count")? * pages("page_size")?;
    let counted = if size <= COUNTED { bytes_by_table(connection) } else { None }.unwrap_or_default();
    let mut rows = Vec::new();
    for name in tables(connection)? {
        rows.push((rows_of(connection, &name, size)?, name));
    }
    let all: u64 = rows.iter().map(|(rows, _)| rows).sum();
    for (rows, name) in rows {
        let shared = u128::from(size) * u128::from(rows) / u128::from(all.max(1));
        let shared = u64::try_from(shared).unwrap_or(size);
        let bytes = counted.get(&name.to_ascii_lowercase()).copied().unwrap_or(shared);
        facts.tables.insert(ObjectName::new(name), TableFacts { rows, bytes });
    }
    Ok(facts)
}

fn plain(value: rusqlite::types::Value) -> String {
    match value {
        rusqlite::types::Value::Null => String::new(),
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Real(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Blob(_) => String::new(),
    }
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query = connection.prepare(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND sql NOT LIKE 'CREATE VIRTUAL%'",
    )?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// What ANALYZE counted, or more where the highest rowid says so, which is found without reading the table. A table has
/// no more rows than fit into the file at four bytes each.
fn rows_of(connection: &Connection, table: &str, size: u64) -> rusqlite::Result<u64> {
    let quoted = table.replace('"', "\"\"");
    let most = size / 4;
    // A table without rowids has no such column; then a statistic is all there is.
    let highest = connection
        .query_row(&format!("SELECT max(rowid) FROM main.\"{quoted}\""), [], |row| row.get::<_, Option<i64>>(0));
    let highest = match highest {
        Ok(highest) => Some(highest.and_then(|number| u64::try_from(number).ok()).unwrap_or_default()),
        Err(_) => None,
    };
    let analysed = connection
        .query_row(
            "SELECT stat FROM main.sqlite_stat1 WHERE tbl = ?1 ORDER BY idx IS NULL DESC LIMIT 1",
            [table],
            |row| row.get::<_, Option<String>>(0),
        )
        .ok()
        .flatten()
        .and_then(|stat| stat.split(' ').next()?.parse::<u64>().ok());
    Ok(match (analysed, highest) {
        (Some(analysed), Some(highest)) => analysed.max(highest.min(most)),
        (Some(analysed), None) => analysed,
        (None, Some(highest)) => highest.min(most),
        // As many as fit.
        (None, None) => most,
    })
}

/// Tables, in lower case, with their indexes; `None` where this SQLite cannot tell.
fn bytes_by_table(connection: &Connection) -> Option<HashMap<String, u64>> {
    let query = "SELECT lower(master.tbl_name), sum(page.pgsize) FROM dbstat AS page \
                 JOIN main.sqlite_master AS master ON master.name = page.name \
                 WHERE page.aggregate = 1 AND page.schema = 'main' GROUP BY 1";
    let mut query = connection.prepare(query).ok()?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).ok()?;
    let rows: Vec<(String, i64)> = rows.collect::<Result<_, _>>().ok()?;
    Some(rows.into_iter().map(|(name, bytes)| (name, u64::try_from(bytes).unwrap_or_default())).collect())
}
