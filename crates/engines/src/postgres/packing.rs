//! Rows packed into few large values, by the server: of some blocks of the table, each column becomes one array. An array
//! has one header where each of its rows had one, and is long enough that the server compresses it when it stores it.
//! Nothing goes over the wire.

use whimbrel_run::keep::{PackedColumn, Sealed};
use whimbrel_run::{Driver, DriverError, DriverErrorKind, Row};

use super::driver::PostgresDriver;
use super::quote;

/// Bytes of rows in one chunk, as they lie in the table.
const CHUNK: u64 = 1 << 20;
/// More rows than this do not fit into a block.
const ROWS_OF_A_BLOCK: u32 = 291;
const BLOCK: u64 = 8192;

/// Whether values of the column can be elements of an array as they are: of arrays they cannot, with their dimensions.
fn is_element(column: &PackedColumn) -> bool {
    !column.ty.ends_with(']') && !column.ty.ends_with("vector")
}

fn array(column: &PackedColumn) -> String {
    match is_element(column) {
        true => format!("array_agg({})", column.name),
        false => format!("array_agg({}::text)", column.name),
    }
}

pub(super) fn pack(
    driver: &mut PostgresDriver,
    from: &str,
    columns: &[PackedColumn],
    into: &str,
) -> Result<Sealed, DriverError> {
    let arrays: Vec<String> = columns.iter().map(|column| format!("{} AS {}", array(column), column.name)).collect();
    let arrays = arrays.join(", ");
    let chunk = |blocks: &str, first: u64| {
        format!("SELECT {first}::bigint AS chunk, {arrays} FROM {from} WHERE {blocks} HAVING count(*) > 0")
    };
    driver.execute(&format!("CREATE TABLE {into} AS {}", chunk("false", 0)))?;
    let name = quote::literal(from);
    let sizes = driver.query(
        &format!(
            "SELECT pg_catalog.pg_relation_size({name}::pg_catalog.regclass) / current_setting('block_size')::bigint, \
             pg_catalog.pg_table_size({name}::pg_catalog.regclass)"
        ),
        &[],
    )?;
    let (blocks, bytes): (u64, u64) = (number(&sizes, 0)?, number(&sizes, 1)?);
    // Long values lie elsewhere, and count.
    let step = (blocks.saturating_mul(CHUNK) / bytes.max(1)).clamp(1, CHUNK / BLOCK);
    let by_range = driver.version().major >= 14;
    let mut first = 0;
    while first < blocks {
        let end = first.saturating_add(step);
        // Before 14 the server reads the whole table for a range.
        let within = match by_range {
            true => format!("ctid >= '({first},0)'::tid AND ctid < '({end},0)'::tid"),
            false => format!(
                "ctid = ANY (ARRAY(SELECT format('(%s,%s)', b, o)::tid FROM generate_series({first}, {}) AS b, \
                 generate_series(1, {ROWS_OF_A_BLOCK}) AS o))",
                end.saturating_sub(1)
            ),
        };
        driver.execute(&format!("INSERT INTO {into} {}", chunk(&within, first)))?;
        first = end;
    }
    weigh(driver, into, columns)
}

pub(super) fn weigh(
    driver: &mut PostgresDriver,
    packed: &str,
    columns: &[PackedColumn],
) -> Result<Sealed, DriverError> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let first = names.first().copied().unwrap_or("NULL");
    let rows = driver.query(
        &format!(
            "SELECT coalesce(sum(held), 0), encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY chunk), '')), 'hex') \
             FROM (SELECT chunk, cardinality({first}) AS held, \
             sha256(convert_to(ROW({})::text, getdatabaseencoding())) AS hash FROM {packed}) AS chunks",
            names.join(", ")
        ),
        &[],
    )?;
    let hash = rows.first().and_then(|row| row.get(1).cloned().flatten()).unwrap_or_default();
    Ok(Sealed { rows: number(&rows, 0)?, hash })
}

pub(super) fn unpack(
    driver: &mut PostgresDriver,
    packed: &str,
    columns: &[PackedColumn],
    into: &str,
) -> Result<(), DriverError> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let values: Vec<String> = columns
        .iter()
        .map(|column| match is_element(column) {
            true => format!("u.{}", column.name),
            false => format!("u.{}::{} AS {}", column.name, column.ty, column.name),
        })
        .collect();
    let arrays: Vec<String> = names.iter().map(|name| format!("p.{name}")).collect();
    driver.execute(&format!(
        "CREATE TABLE {into} AS SELECT {} FROM {packed} AS p, unnest({}) AS u ({})",
        values.join(", "),
        arrays.join(", "),
        names.join(", ")
    ))?;
    Ok(())
}

fn number<N: std::str::FromStr>(rows: &[Row], at: usize) -> Result<N, DriverError> {
    let text = rows.first().and_then(|row| row.get(at)).and_then(Option::as_deref);
    let unread = || DriverError::new(DriverErrorKind::Statement, "the server did not answer with a number");
    text.and_then(|text| text.parse().ok()).ok_or_else(unread)
}
