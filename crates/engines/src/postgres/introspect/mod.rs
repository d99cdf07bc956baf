//! Reads a live database into a [`Schema`] with a fixed number of bulk queries, sent in one message.
//!
//! Names: the namespace is `None` for the driver's home (the first schema of the search path that exists, `public`
//! otherwise); types, functions and tables in expressions are printed with that schema as the whole search path, so
//! that the same database reads the same whoever asks.
//!
//! Partitions and children of `INHERITS` list all their columns and checks, those that they have from a parent too, as
//! folding their `CREATE TABLE` does. Keys, foreign keys, exclusion constraints, indexes and triggers that a partition
//! has from its parent are left out of the partition: they are made and dropped with the parent's.
//!
//! Left out: what extensions made, temporary tables, the ledger's tables, Alembic's, and whatever is not schema:
//! owners, privileges, user mappings, security labels, statistics targets, comments on what is opaque. What else the
//! value has no room for is there as `Opaque`.

mod catalogue;
mod constraints;
mod fields;
mod indexes;
mod objects;
mod relations;
mod types;

use tokio_postgres::SimpleQueryMessage;
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::{Schema, Version};

use self::catalogue::Catalogue;
use self::fields::Fields;
use super::bind::identifier;
use super::connection::Connection;
use super::driver::PostgresDriver;

struct Query {
    sql: &'static str,
    /// Takes one row in.
    read: fn(&mut Catalogue, &mut Fields<'_>) -> Result<(), DriverError>,
}

/// In an order in which each finds what it refers to.
const QUERIES: &[Query] = &[
    Query { sql: include_str!("queries/members.sql"), read: objects::read_member },
    Query { sql: include_str!("queries/comments.sql"), read: objects::read_comment },
    Query { sql: include_str!("queries/namespaces.sql"), read: objects::read_namespace },
    Query { sql: include_str!("queries/extensions.sql"), read: objects::read_extension },
    Query { sql: include_str!("queries/types.sql"), read: types::read_type },
    Query { sql: include_str!("queries/enums.sql"), read: types::read_enum },
    Query { sql: include_str!("queries/domains.sql"), read: types::read_domain },
    Query { sql: include_str!("queries/relations.sql"), read: relations::read_relation },
    Query { sql: include_str!("queries/inheritance.sql"), read: relations::read_inheritance },
    Query { sql: include_str!("queries/columns.sql"), read: relations::read_column },
    Query { sql: include_str!("queries/sequences.sql"), read: relations::read_sequence },
    Query { sql: include_str!("queries/operator_classes.sql"), read: indexes::read_operator_class },
    Query { sql: include_str!("queries/indexes.sql"), read: indexes::read_index },
    Query { sql: include_str!("queries/constraints.sql"), read: constraints::read_constraint },
    Query { sql: include_str!("queries/routines.sql"), read: objects::read_routine },
    Query { sql: include_str!("queries/aggregates.sql"), read: objects::read_aggregate },
    Query { sql: include_str!("queries/triggers.sql"), read: objects::read_trigger },
    Query { sql: include_str!("queries/settings.sql"), read: objects::read_setting },
    Query { sql: include_str!("queries/opaque.sql"), read: objects::read_opaque },
];

pub fn introspect(driver: &mut PostgresDriver) -> Result<Schema, DriverError> {
    driver.require_known_version()?;
    // One snapshot for all queries; inside somebody's transaction, that one's.
    let (open, close, abandon) = if driver.in_transaction {
        let undo = "ROLLBACK TO SAVEPOINT whimbrel_introspect; RELEASE SAVEPOINT whimbrel_introspect";
        ("SAVEPOINT whimbrel_introspect", undo, undo)
    } else {
        ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "COMMIT", "ROLLBACK")
    };
    let open = format!("{open};\n{}", steady_printing(&[&driver.home]));
    let read = read(&mut driver.connection, &[&driver.home], FIRST_OF_PEOPLE, &open, close);
    if let Err(error) = &read
        && error.kind != DriverErrorKind::Lost
    {
        abandoned(&mut driver.connection, abandon);
    }
    read
}

/// A statement that was refused kept the script from closing what it had opened; otherwise this does nothing. What went
/// wrong before is what there is to tell, also where it kept the script from opening anything.
fn abandoned(connection: &mut Connection, abandon: &str) {
    while let Err(error) = connection.send(abandon, |_| Ok(())) {
        // Meant for what went before: what is open must not stay so.
        if error.kind != DriverErrorKind::Cancelled {
            break;
        }
    }
}

/// Numbers below are the system's own.
const FIRST_OF_PEOPLE: u32 = 16384;

/// The schema of everything whose number is at least `first`, with the statements before and after sent in the same
/// message.
pub fn read(
    connection: &mut Connection,
    homes: &[&str],
    first: u32,
    before: &str,
    after: &str,
) -> Result<Schema, DriverError> {
    let mut script = before.to_string();
    for query in QUERIES {
        script.push_str(&for_version(query.sql, connection.version).replace("16384", &first.to_string()));
        script.push_str(";\n");
    }
    script.push_str(after);

    let mut catalogue = Catalogue::new(homes);
    let mut queries = QUERIES.iter();
    let mut current = None;
    let mut failure = None;
    let sent = connection.send(&script, |message| {
        match message {
            SimpleQueryMessage::RowDescription(_) => current = queries.next(),
            SimpleQueryMessage::Row(row) if failure.is_none() => {
                let read = current.map(|query| (query.read)(&mut catalogue, &mut Fields::of(&row)));
                failure = read.and_then(Result::err);
            }
            _ => {}
        }
        Ok(())
    });
    // The position counts in the script, which nobody else has seen.
    sent.map_err(|error| DriverError { position: None, ..error })?;
    match failure {
        Some(error) => Err(error),
        None => {
            catalogue.place_indexes();
            Ok(catalogue.into_schema())
        }
    }
}

/// Everything that changes how the server prints a constant or a name, fixed until the transaction ends.
pub fn steady_printing(homes: &[&str]) -> String {
    let path: Vec<String> = homes.iter().map(|home| identifier(home)).collect();
    format!(
        "SET LOCAL search_path = {}; SET LOCAL datestyle = ISO; SET LOCAL intervalstyle = postgres; \
         SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = hex; SET LOCAL extra_float_digits = 1; \
         SET LOCAL quote_all_identifiers = off; SET LOCAL jit = off;\n",
        path.join(", ")
    )
}

/// What a column is called in the versions that have it, and what stands in for it in those that do not.
fn for_version(sql: &str, version: Version) -> String {
    let parts = [
        ("{nulls_not_distinct}", 15, "i.indnullsnotdistinct", "false"),
        ("{set_columns}", 15, "c.confdelsetcols", "NULL"),
        ("{enforced}", 18, "c.conenforced", "true"),
        ("{period}", 18, "c.conperiod", "false"),
        ("{compression}", 14, "a.attcompression", "''"),
        ("{multirange}", 14, ", 'MULTIRANGE_TYPE_NAME = ' || r.rngmultitypid::regtype", ""),
        // Before, not everybody may read its number.
        ("{subscription}", 14, "s.oid", "(row_number() OVER (ORDER BY s.subname))::oid"),
        ("{publication_filter}", 15, "r.prattrs::text, pg_get_expr(r.prqual, r.prrelid)", "NULL"),
        (
            "{publication_schemas}",
            15,
            ", (SELECT string_agg(n.pnnspid::regnamespace::text, ', ' ORDER BY n.pnnspid::regnamespace::text) \
             FROM pg_publication_namespace n WHERE n.pnpubid = p.oid)",
            "",
        ),
    ];
    let mut sql = sql.to_string();
    for (part, since, column, otherwise) in parts {
        if sql.contains(part) {
            sql = sql.replace(part, if version.major >= since { column } else { otherwise });
        }
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_query_keeps_a_gap_on_any_version() {
        for major in [13, 14, 15, 18] {
            for query in QUERIES {
                let sql = for_version(query.sql, Version::new(major, 0, 0));
                // The only other braces are those of array literals.
                assert_eq!(sql.matches('{').count(), sql.matches("'{").count(), "{sql}");
            }
        }
    }
}
