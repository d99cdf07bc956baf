//! Rows packed into few large values: chunks of about a megabyte, each compressed by itself, so that no more than one of
//! them is in memory, whatever the table's size.

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, params_from_iter};
use sha2::{Digest, Sha256};
use whimbrel_run::keep::{PackedColumn, Sealed};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::driver::error_of;

/// Bytes of values in one chunk, before they are compressed.
const CHUNK: usize = 1 << 20;
/// Beyond it zstd takes several times as long for a tenth less.
const LEVEL: i32 = 3;

/// Packs what is not packed yet, and tells what is in all of it.
pub(super) fn pack(
    connection: &Connection,
    from: &str,
    columns: &[PackedColumn],
    into: &str,
) -> Result<Sealed, DriverError> {
    while pack_some(connection, from, columns, into)? {}
    weigh(connection, into)
}

/// Packs the next chunk, and says whether there may be another. A chunk is called by the last row in it, so that whoever
/// comes next, in the same run or after a crash, goes on behind it.
pub(super) fn pack_some(
    connection: &Connection,
    from: &str,
    columns: &[PackedColumn],
    into: &str,
) -> Result<bool, DriverError> {
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {into} (chunk INTEGER NOT NULL PRIMARY KEY, rows INTEGER NOT NULL, \
         raw INTEGER NOT NULL, data BLOB NOT NULL)"
    );
    connection.execute(&create, []).map_err(|error| error_of(&error))?;
    let last = format!("SELECT max(chunk) FROM {into}");
    let last: Option<i64> = connection.query_row(&last, [], |row| row.get(0)).map_err(|error| error_of(&error))?;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let behind = last.map(|last| format!(" WHERE rowid > {last}")).unwrap_or_default();
    let query = format!("SELECT rowid, {} FROM {from}{behind} ORDER BY rowid", names.join(", "));
    let mut query = connection.prepare(&query).map_err(|error| error_of(&error))?;
    let mut found = query.query([]).map_err(|error| error_of(&error))?;
    let (mut buffer, mut held, mut last) = (Vec::with_capacity(CHUNK), 0_i64, 0_i64);
    while let Some(row) = found.next().map_err(|error| error_of(&error))? {
        last = row.get(0).map_err(|error| error_of(&error))?;
        for at in 1..=columns.len() {
            encode(row.get_ref(at).map_err(|error| error_of(&error))?, &mut buffer);
        }
        held += 1;
        if buffer.len() >= CHUNK {
            break;
        }
    }
    drop(found);
    if held == 0 {
        return Ok(false);
    }
    let data = zstd::bulk::compress(&buffer, LEVEL).map_err(|error| corrupt(&error))?;
    let raw = i64::try_from(buffer.len()).unwrap_or(i64::MAX);
    let insert = format!("INSERT INTO {into} (chunk, rows, raw, data) VALUES (?1, ?2, ?3, ?4)");
    connection.execute(&insert, (last, held, raw, data)).map_err(|error| error_of(&error))?;
    Ok(buffer.len() >= CHUNK)
}

pub(super) fn weigh(connection: &Connection, packed: &str) -> Result<Sealed, DriverError> {
    let query = format!("SELECT rows, data FROM {packed} ORDER BY chunk");
    let mut query = connection.prepare(&query).map_err(|error| error_of(&error))?;
    let mut found = query.query([]).map_err(|error| error_of(&error))?;
    let (mut rows, mut hash) = (0_i64, Sha256::new());
    while let Some(row) = found.next().map_err(|error| error_of(&error))? {
        let held: i64 = row.get(0).map_err(|error| error_of(&error))?;
        let data = row.get_ref(1).map_err(|error| error_of(&error))?;
        add(&mut hash, held, data.as_bytes().unwrap_or_default());
        rows = rows.saturating_add(held);
    }
    Ok(Sealed { rows, hash: hex(hash) })
}

pub(super) fn unpack(
    connection: &Connection,
    packed: &str,
    columns: &[PackedColumn],
    into: &str,
) -> Result<(), DriverError> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let names = names.join(", ");
    connection.execute(&format!("CREATE TABLE {into} ({names})"), []).map_err(|error| error_of(&error))?;
    let places: Vec<String> = (1..=columns.len()).map(|at| format!("?{at}")).collect();
    let insert = format!("INSERT INTO {into} ({names}) VALUES ({})", places.join(", "));
    let mut insert = connection.prepare(&insert).map_err(|error| error_of(&error))?;
    let query = format!("SELECT rows, raw, data FROM {packed} ORDER BY chunk");
    let mut query = connection.prepare(&query).map_err(|error| error_of(&error))?;
    let mut found = query.query([]).map_err(|error| error_of(&error))?;
    while let Some(row) = found.next().map_err(|error| error_of(&error))? {
        let rows: i64 = row.get(0).map_err(|error| error_of(&error))?;
        let raw: i64 = row.get(1).map_err(|error| error_of(&error))?;
        let raw = usize::try_from(raw).map_err(|error| corrupt(&error))?;
        let data = row.get_ref(2).map_err(|error| error_of(&error))?;
        let data = data.as_bytes().map_err(|error| corrupt(&error))?;
        let data = zstd::bulk::decompress(data, raw).map_err(|error| corrupt(&error))?;
        let mut rest = data.as_slice();
        for _ in 0..rows {
            let values: Vec<ToSqlOutput<'_>> = columns
                .iter()
                .map(|_| decode(&mut rest))
                .collect::<Option<_>>()
                .ok_or_else(|| corrupt(&"a value is cut"))?;
            insert.execute(params_from_iter(values)).map_err(|error| error_of(&error))?;
        }
    }
    Ok(())
}

fn add(hash: &mut Sha256, rows: i64, data: &[u8]) {
    hash.update(rows.to_le_bytes());
    hash.update(Sha256::digest(data));
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn corrupt(what: &dyn std::fmt::Display) -> DriverError {
    DriverError::new(DriverErrorKind::Statement, format!("a chunk of packed rows cannot be read: {what}"))
}

/// A letter for the kind, then the value; texts and blobs with their length before them.
fn encode(value: ValueRef<'_>, into: &mut Vec<u8>) {
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

/// `None` where the bytes end too early.
fn decode<'b>(rest: &mut &'b [u8]) -> Option<ToSqlOutput<'b>> {
    fn take<'b>(rest: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
        let (taken, left) = rest.split_at_checked(count)?;
        *rest = left;
        Some(taken)
    }
    let kind = *take(rest, 1)?.first()?;
    let number = |rest: &mut &'b [u8]| take(rest, 8)?.try_into().ok().map(u64::from_le_bytes);
    Some(match kind {
        b'n' => ToSqlOutput::Owned(Value::Null),
        b'i' => ToSqlOutput::Owned(Value::Integer(number(rest)?.cast_signed())),
        b'r' => ToSqlOutput::Owned(Value::Real(f64::from_bits(number(rest)?))),
        b't' => {
            let length = usize::try_from(number(rest)?).ok()?;
            ToSqlOutput::Borrowed(ValueRef::Text(take(rest, length)?))
        }
        b'b' => {
            let length = usize::try_from(number(rest)?).ok()?;
            ToSqlOutput::Borrowed(ValueRef::Blob(take(rest, length)?))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_goes_on_where_it_was_left() {
        let connection = Connection::open_in_memory().unwrap();
        let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)";
        connection
            .execute_batch(&format!("CREATE TABLE a (c0); INSERT INTO a {rows} SELECT hex(randomblob(600)) FROM n"))
            .unwrap();
        let columns = [PackedColumn { name: "c0".into(), ty: String::new() }];
        let pack = |into: &str| pack(&connection, "a", &columns, into).unwrap();
        let at_once = pack("once");
        assert_eq!(at_once.rows, 3000);
        assert!(pack_some(&connection, "a", &columns, "parts").unwrap(), "there are several chunks");
        assert_eq!(pack("parts"), at_once);
        assert_eq!(pack("parts"), at_once, "what is packed is packed once");
        unpack(&connection, "parts", &columns, "again").unwrap();
        let different = "SELECT count(*) FROM (SELECT c0 FROM a EXCEPT SELECT c0 FROM again)";
        let different: i64 = connection.query_row(different, [], |row| row.get(0)).unwrap();
        assert_eq!(different, 0);
    }

    #[test]
    fn every_value_comes_out_as_it_went_in() {
        let values = [
            ValueRef::Null,
            ValueRef::Integer(i64::MIN),
            ValueRef::Real(-0.0),
            ValueRef::Real(f64::INFINITY),
            ValueRef::Text(b"a\0b\xff"),
            ValueRef::Text(b""),
            ValueRef::Blob(&[0, 1, 255]),
        ];
        let mut bytes = Vec::new();
        values.iter().for_each(|value| encode(*value, &mut bytes));
        let mut rest = bytes.as_slice();
        for value in values {
            let read = decode(&mut rest).map(|read| match read {
                ToSqlOutput::Owned(owned) => owned,
                ToSqlOutput::Borrowed(borrowed) => borrowed.try_into().unwrap_or(Value::Blob(Vec::new())),
                _ => Value::Null,
            });
            match value {
                // Not UTF-8, so that it has no owned form; the bytes are compared.
                ValueRef::Text(b"a\0b\xff") => assert!(read.is_some()),
                ValueRef::Real(real) => {
                    assert!(matches!(read, Some(Value::Real(read)) if read.to_bits() == real.to_bits()))
                }
                value => assert_eq!(read, value.try_into().ok()),
            }
        }
        assert!(rest.is_empty());
        assert!(decode(&mut &bytes[1..4]).is_none() && decode(&mut &b"x"[..]).is_none());
    }
}
