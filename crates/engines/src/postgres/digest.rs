use whimbrel_plan::Dialect;
use whimbrel_run::rehearse::Digest;
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::ObjectName;

use super::connection::Connection;
use super::dialect::POSTGRES;
use super::quote::quote;

/// Each row as the text that the server prints, hashed twice; the sums do not depend on the order of rows.
pub(super) fn digest(
    connection: &mut Connection,
    table: &ObjectName,
    columns: &[String],
) -> Result<Digest, DriverError> {
    let columns: Vec<String> = columns.iter().map(|column| quote(column).to_string()).collect();
    let hash = |seed: u8| format!("coalesce(sum(pg_catalog.hashtextextended(r, {seed})::numeric), 0)");
    let rows = connection.rows(&format!(
        "SELECT count(*), {}, {} FROM (SELECT ROW({})::text AS r FROM {}) each_row",
        hash(0),
        hash(1),
        columns.join(", "),
        POSTGRES.quote_name(table)
    ))?;
    match rows.into_iter().next().as_deref() {
        Some([Some(rows), Some(one), Some(two)]) => {
            Ok(Digest { rows: rows.parse().unwrap_or_default(), hash: format!("{one}:{two}") })
        }
        _ => Err(DriverError::new(DriverErrorKind::Statement, "the server did not answer with a row")),
    }
}
