//! Large objects, which are in no table that everybody may read: as one table, each object one row.

use whimbrel_run::DriverError;
use whimbrel_schema::ObjectName;

use super::super::connection::Connection;
use super::rows;

pub(super) const NAMESPACE: &str = "pg_catalog";
pub(super) const TABLE: &str = "pg_largeobject";

pub(super) fn is_named(name: &ObjectName) -> bool {
    name.name == TABLE && name.namespace.as_deref() == Some(NAMESPACE)
}

pub(super) fn any(connection: &mut Connection) -> Result<bool, DriverError> {
    Ok(!connection.rows("SELECT 1 FROM pg_catalog.pg_largeobject_metadata LIMIT 1")?.is_empty())
}

/// Read as everybody may who may read the object. It can be larger than a value can, so that it is hashed by the
/// megabyte; it is closed again, because a session keeps what it opens until its transaction ends.
pub(super) fn query() -> String {
    const READ: u32 = 0x0004_0000;
    const PART: u32 = 1 << 20;
    let size = format!(
        "(SELECT oid, fd, lo_lseek64(fd, 0, 2) AS size FROM \
         (SELECT oid, lo_open(oid, {READ}) AS fd FROM pg_largeobject_metadata OFFSET 0) AS opened OFFSET 0) AS objects"
    );
    let text = format!(
        "concat(oid, '|', size, '|', lo_close(fd), '|', (SELECT string_agg(encode(sha256(lo_get(oid, at, {PART})), \
         'hex'), ',' ORDER BY at) FROM generate_series(0, size - 1, {PART}) AS at))"
    );
    rows::of_texts(&[text], &size)
}
