//! What a live server says that decides how dangerous a statement is. Nothing is counted: sizes are the server's own.

use std::collections::BTreeMap;

use whimbrel_plan::review::{Facts, Part, TableFacts};
use whimbrel_run::{DriverError, Row};
use whimbrel_schema::ObjectName;

use super::driver::PostgresDriver;

/// As a new session of this user has them, whatever this one has set since.
const SETTINGS: &str = "\
SELECT lower(name), CASE WHEN reset_val = '0' OR unit IS NULL THEN reset_val ELSE reset_val || unit END \
FROM pg_catalog.pg_settings WHERE lower(name) IN ('timezone', 'lock_timeout', 'statement_timeout', \
'idle_in_transaction_session_timeout', 'transaction_timeout', 'deadlock_timeout', 'default_transaction_isolation', \
'default_transaction_read_only', 'search_path', 'default_table_access_method', 'max_locks_per_transaction', \
'wal_level')";

/// Rows are the planner's estimate for the size that the file has now. Where the table was never looked at, as many as
/// fit into it: 32 bytes are the least that a row takes. A partitioned table is as large as all below it.
const TABLES: &str = "\
WITH size AS (\
SELECT c.oid, pg_catalog.pg_total_relation_size(c.oid) AS bytes, CASE \
WHEN c.reltuples > 0 AND c.relpages > 0 THEN c.reltuples::float8 / c.relpages * \
(pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::float8) \
ELSE pg_catalog.pg_relation_size(c.oid) / 32.0 END AS rows \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
AND n.nspname !~ '^pg_(toast|temp)') \
SELECT n.nspname, c.relname, ceil(s.rows)::int8, s.bytes FROM size s \
JOIN pg_catalog.pg_class c ON c.oid = s.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
UNION ALL \
SELECT n.nspname, c.relname, coalesce(ceil(sum(s.rows)), 0)::int8, coalesce(sum(s.bytes), 0)::int8 \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
CROSS JOIN LATERAL pg_catalog.pg_partition_tree(c.oid) part JOIN size s ON s.oid = part.relid \
WHERE c.relkind = 'p' GROUP BY 1, 2";

const INVALID: &str = "\
SELECT n.nspname, c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid";

const PARTITIONS: &str = "\
SELECT n.nspname, c.relname, above.nspname, p.relname, c.relkind = 'p' FROM pg_catalog.pg_inherits i \
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace above ON above.oid = p.relnamespace \
WHERE c.relispartition AND p.relkind = 'p'";

const REPLICAS: &str = "SELECT count(*) FROM pg_catalog.pg_stat_replication";

pub(super) fn facts(driver: &mut PostgresDriver) -> Result<Facts, DriverError> {
    let mut facts = Facts { asked: true, version: Some(driver.connection.version), ..Facts::default() };
    facts.settings = driver.connection.rows(SETTINGS)?.into_iter().filter_map(pair).collect::<BTreeMap<_, _>>();
    for row in driver.connection.rows(TABLES)? {
        let [Some(namespace), Some(name), Some(rows), Some(bytes)] = row.as_slice() else { continue };
        let (Ok(rows), Ok(bytes)) = (rows.parse(), bytes.parse()) else { continue };
        facts.tables.insert(named(namespace, name, &driver.home), TableFacts { rows, bytes });
    }
    for row in driver.connection.rows(INVALID)? {
        if let [Some(namespace), Some(name)] = row.as_slice() {
            facts.invalid_indexes.insert(named(namespace, name, &driver.home));
        }
    }
    for row in driver.connection.rows(PARTITIONS)? {
        let [Some(namespace), Some(name), Some(above), Some(parent), Some(is_partitioned)] = row.as_slice() else {
            continue;
        };
        let part = Part { parent: named(above, parent, &driver.home), is_partitioned: is_partitioned == "t" };
        facts.partitions.insert(named(namespace, name, &driver.home), part);
    }
    let replicas = driver.connection.rows(REPLICAS)?.into_iter().flatten().flatten().next();
    facts.replicas = replicas.and_then(|count| count.parse().ok());
    Ok(facts)
}

fn pair(row: Row) -> Option<(String, String)> {
    let mut cells = row.into_iter();
    Some((cells.next()??, cells.next()??))
}

fn named(namespace: &str, name: &str, home: &str) -> ObjectName {
    match namespace == home {
        true => ObjectName::new(name),
        false => ObjectName::within(namespace, name),
    }
}
