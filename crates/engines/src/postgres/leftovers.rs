//! What the statements that work concurrently leave when they stop half-way: they are several transactions, and only
//! the last of them makes valid what the others have begun.

use whimbrel_plan::{Dialect, Step};
use whimbrel_run::guard::{Leftover, Then};
use whimbrel_run::{DriverError, DriverErrorKind, Row};
use whimbrel_schema::ObjectName;

use super::connection::Connection;
use super::dialect::POSTGRES;
use super::understand::aside::{self, Upkeep};

pub(super) fn leftovers(connection: &mut Connection, steps: &[Step]) -> Result<Vec<Leftover>, DriverError> {
    let mut found = Vec::new();
    for step in steps {
        if let Step::CreateIndex { table, index, concurrently: true, .. } = step {
            let which = format!("i.indrelid = {} AND c.relname = {}", relation(table), POSTGRES.literal(&index.name));
            found.extend(invalid(connection, &which)?);
        } else if let Step::DetachPartition { parent, partition, concurrently: true } = step {
            found.extend(half_detached(connection, parent, partition)?);
        } else if let Step::Inert { what } = step
            && let Some(which) = rebuilt(what)
        {
            found.extend(invalid(connection, &format!("{which} AND c.relname ~ '_cc(new|old)[0-9]*$'"))?);
        }
    }
    Ok(found)
}

/// The indexes that `REINDEX … CONCURRENTLY` is about, as a condition.
fn rebuilt(statement: &str) -> Option<String> {
    // With its partitions, and with the tables in which long values are kept: their indexes are rebuilt too.
    let family = |table: &str| {
        format!(
            "i.indrelid IN (SELECT pg_catalog.unnest(ARRAY[f.oid, f.reltoastrelid]) FROM pg_catalog.pg_class f \
             WHERE f.oid = {table} OR f.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree({table})))"
        )
    };
    match aside::read(statement)?.upkeep? {
        Upkeep::ReindexTable { table, concurrently: true } => Some(family(&relation(&table))),
        Upkeep::ReindexIndex { index, concurrently: true } => {
            let table = "(SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid =";
            Some(family(&format!("{table} {})", relation(&index))))
        }
        Upkeep::ReindexMany { namespace: Some(namespace), concurrently: true } => {
            Some(format!("n.nspname = {}", POSTGRES.literal(&namespace)))
        }
        Upkeep::ReindexMany { namespace: None, concurrently: true } => Some("true".to_string()),
        _otherwise => None,
    }
}

/// As the statement itself would find it.
fn relation(name: &ObjectName) -> String {
    format!("pg_catalog.to_regclass({})", POSTGRES.literal(&POSTGRES.quote_name(name)))
}

/// Indexes that serve nobody. One that somebody is building just now is invalid too, and is waited for.
fn invalid(connection: &mut Connection, which: &str) -> Result<Vec<Leftover>, DriverError> {
    let rows = connection.rows(&format!(
        "SELECT n.nspname, c.relname, pg_catalog.current_schema(), (SELECT p.pid \
         FROM pg_catalog.pg_stat_progress_create_index p WHERE p.relid = i.indrelid LIMIT 1) \
         FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE NOT i.indisvalid AND c.relkind = 'i' AND {which} ORDER BY 1, 2"
    ))?;
    rows.iter().map(invalid_index).collect()
}

fn invalid_index(row: &Row) -> Result<Leftover, DriverError> {
    let cell = |at: usize| row.get(at).cloned().flatten();
    let (namespace, name) = (cell(0).unwrap_or_default(), cell(1).unwrap_or_default());
    if let Some(pid) = cell(3) {
        let message = format!("the index `{name}` is being built by pid {pid}");
        return Err(DriverError::new(DriverErrorKind::Busy, message));
    }
    let full = POSTGRES.quote_name(&ObjectName::within(&namespace, &name));
    let shown = if cell(2).as_ref() == Some(&namespace) { name } else { format!("{namespace}.{name}") };
    Ok(Leftover {
        what: format!("the invalid index `{shown}`"),
        clear: vec![format!("DROP INDEX CONCURRENTLY IF EXISTS {full}")],
        then: Then::Again,
    })
}

fn half_detached(
    connection: &mut Connection,
    parent: &ObjectName,
    partition: &ObjectName,
) -> Result<Option<Leftover>, DriverError> {
    if connection.version.major < 14 {
        return Ok(None);
    }
    let pending = connection.rows(&format!(
        "SELECT 1 FROM pg_catalog.pg_inherits WHERE inhparent = {} AND inhrelid = {} AND inhdetachpending",
        relation(parent),
        relation(partition)
    ))?;
    let (from, gone) = (POSTGRES.quote_name(parent), POSTGRES.quote_name(partition));
    Ok((!pending.is_empty()).then(|| Leftover {
        what: format!("the partition `{partition}`, which is half detached from `{parent}`"),
        clear: vec![format!("ALTER TABLE {from} DETACH PARTITION {gone} FINALIZE")],
        then: Then::Done,
    }))
}
