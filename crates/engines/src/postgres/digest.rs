use whimbrel_plan::Dialect;
use whimbrel_run::DriverError;
use whimbrel_run::rehearse::Digest;
use whimbrel_schema::ObjectName;

use super::backup::{Sum, of_texts};
use super::connection::Connection;
use super::dialect::POSTGRES;
use super::quote::quote;

/// Each row as the text that the server prints, hashed as a backup's rows are.
pub(super) fn digest(
    connection: &mut Connection,
    table: &ObjectName,
    columns: &[String],
) -> Result<Digest, DriverError> {
    let columns: Vec<String> = columns.iter().map(|column| quote(column).to_string()).collect();
    let text = format!("ROW({})::text", columns.join(", "));
    let Sum { rows, lanes: [one, two] } = Sum::read(connection.rows(&of_texts(&[text], &POSTGRES.quote_name(table)))?)?;
    Ok(Digest { rows, hash: format!("{one:016x}{two:016x}") })
}
