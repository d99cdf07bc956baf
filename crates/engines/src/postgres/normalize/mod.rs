//! Has the server word expressions as its catalogue would: makes what holds them, empty, in a schema of its own within
//! a transaction that is rolled back, and reads it like any other.
//!
//! Nothing that exists is touched: everything is made under a name of its own in the scratch schema, which comes first
//! in the search path; what is only referred to is found where it is, or made too if the given schema has it. What the
//! server refuses keeps its text, and a notice says so.

mod compare;
mod gather;
mod pieces;

use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::{ObjectName, Schema};

use self::gather::Gathered;
use self::pieces::Piece;
use super::bind::identifier;
use super::driver::PostgresDriver;
use super::introspect::{read, steady_printing};
use super::scratch::number;

pub fn normalize(
    driver: &mut PostgresDriver,
    schema: &Schema,
    differing: &[ObjectName],
) -> Result<Schema, DriverError> {
    driver.require_known_version()?;
    let gathered = Gathered::of(schema, differing);
    if gathered.is_empty() {
        return Ok(schema.clone());
    }
    let (open, undo) = if driver.in_transaction {
        let undo = "ROLLBACK TO SAVEPOINT whimbrel_normalize; RELEASE SAVEPOINT whimbrel_normalize";
        ("SAVEPOINT whimbrel_normalize", undo)
    } else {
        ("BEGIN", "ROLLBACK")
    };
    driver.connection.send(open, |_| Ok(()))?;
    let worded = word(driver, schema, &gathered);
    let undone = driver.connection.send(undo, |_| Ok(()));
    // What failed first is the reason why undoing may fail too.
    let (worded, notices) = worded?;
    undone?;
    notices.into_iter().for_each(|notice| driver.connection.remark(notice));
    Ok(worded)
}

fn word(
    driver: &mut PostgresDriver,
    schema: &Schema,
    gathered: &Gathered<'_>,
) -> Result<(Schema, Vec<String>), DriverError> {
    let scratch = format!("whimbrel_scratch_{:016x}", number());
    let home = driver.home.clone();
    let connection = &mut driver.connection;
    let homes = [scratch.as_str(), home.as_str()];
    let path = steady_printing(&homes);
    let quiet = "SET LOCAL check_function_bodies = off; SET LOCAL client_min_messages = warning;";
    connection.send(&format!("CREATE SCHEMA {scratch};\n{path} {quiet} SAVEPOINT {PIECE}"), |_| Ok(()))?;
    let mut pieces = pieces::all(schema, gathered, &home)?;
    for namespace in gathered.namespaces() {
        let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", identifier(namespace));
        pieces.insert(0, Piece { sql, what: format!("schema `{namespace}`") });
    }
    let mut notices = make(driver, &pieces)?;

    // Numbers are given out in order: whatever lies between two that were taken around the making is what was made.
    let connection = &mut driver.connection;
    let ends = connection.rows(&format!(
        "CREATE SCHEMA {scratch}_end; SELECT oid FROM pg_namespace WHERE nspname IN ('{scratch}', '{scratch}_end') \
         ORDER BY nspname"
    ))?;
    let ends: Vec<u32> = ends.iter().flatten().flatten().filter_map(|number| number.parse().ok()).collect();
    let [first, last] = ends[..] else {
        return Err(DriverError::new(DriverErrorKind::Unsupported, "the scratch schema cannot be found again"));
    };
    if last < first {
        notices.push("expressions were compared as text: the server's object numbers began again just now".to_string());
        return Ok((schema.clone(), notices));
    }
    let twin = read(connection, &homes, first, &path, "")?;
    Ok((compare::reworded(schema, gathered, &twin, &scratch, &home), notices))
}

/// What is made up to here stays when the next thing is refused. It is set in a message before, never in the same one:
/// of a message in which the server cannot read a word, it runs nothing at all.
const PIECE: &str = "whimbrel_piece";

/// Everything in one message; where that is refused, piece by piece, those that failed once more when the others are
/// there.
fn make(driver: &mut PostgresDriver, pieces: &[Piece]) -> Result<Vec<String>, DriverError> {
    let connection = &mut driver.connection;
    let script: String = pieces.iter().map(|piece| format!("{};\n", piece.sql)).collect();
    match connection.send(&script, |_| Ok(())) {
        Ok(()) => return Ok(Vec::new()),
        Err(error) if error.is_refusal() => {}
        Err(error) => return Err(error),
    }
    connection.send(&format!("ROLLBACK TO SAVEPOINT {PIECE}"), |_| Ok(()))?;
    let mut left: Vec<(&Piece, String)> = pieces.iter().map(|piece| (piece, String::new())).collect();
    loop {
        let before = left.len();
        let mut failed = Vec::new();
        for (piece, _) in left {
            match connection.send(&piece.sql, |_| Ok(())) {
                Ok(()) => connection.send(&format!("RELEASE SAVEPOINT {PIECE}; SAVEPOINT {PIECE}"), |_| Ok(()))?,
                Err(error) if error.is_refusal() => {
                    connection.send(&format!("ROLLBACK TO SAVEPOINT {PIECE}"), |_| Ok(()))?;
                    failed.push((piece, error.message));
                }
                Err(error) => return Err(error),
            }
        }
        if failed.is_empty() || failed.len() == before {
            let notice = |(piece, message): (&Piece, String)| {
                format!("{} was compared as text, the server does not take it: {message}", piece.what)
            };
            return Ok(failed.into_iter().map(notice).collect());
        }
        left = failed;
    }
}
