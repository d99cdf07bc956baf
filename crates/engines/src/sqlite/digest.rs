use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};
use whimbrel_run::rehearse::Digest;
use whimbrel_schema::ObjectName;

use super::dialect::dialect;

/// Each row hashed with the kinds of its values; the sum does not depend on the order of rows.
pub(super) fn digest(connection: &Connection, table: &ObjectName, columns: &[String]) -> rusqlite::Result<Digest> {
    let columns: Vec<String> = columns.iter().map(|column| dialect().quote(column)).collect();
    let listed = if columns.is_empty() { "1".to_string() } else { columns.join(", ") };
    let mut statement = connection.prepare(&format!("SELECT {listed} FROM {}", dialect().quote_name(table)))?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    let (mut count, mut sum) = (0_u64, 0_u128);
    while let Some(row) = rows.next()? {
        let mut hash = Sha256::new();
        for at in 0..width {
            take(&mut hash, row.get_ref(at)?);
        }
        let bytes: [u8; 16] = hash.finalize()[..16].try_into().unwrap_or_default();
        (count, sum) = (count + 1, sum.wrapping_add(u128::from_be_bytes(bytes)));
    }
    Ok(Digest { rows: count, hash: format!("{sum:032x}") })
}

fn take(hash: &mut Sha256, value: ValueRef<'_>) {
    let mut part = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    match value {
        ValueRef::Null => part(0, &[]),
        ValueRef::Integer(number) => part(1, &number.to_be_bytes()),
        ValueRef::Real(number) => part(2, &number.to_bits().to_be_bytes()),
        ValueRef::Text(text) => part(3, text),
        ValueRef::Blob(bytes) => part(4, bytes),
    }
}
