//! Empties a database that is to become another one, as far as that has to be done: a new one is left as it is.

use whimbrel_run::{DriverError, DriverErrorKind};

use super::super::bind::identifier;
use super::super::driver::PostgresDriver;
use super::about::About;

const SUBSCRIPTIONS: &str = "\
SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid \
WHERE d.datname = pg_catalog.current_database() ORDER BY 1";

/// Kinds of things that are in no schema: the catalogue of each, and its column with the name. What hangs on them goes
/// with them.
const OUTSIDE: &[(&str, &str, &str)] = &[
    ("EVENT TRIGGER", "pg_catalog.pg_event_trigger", "evtname"),
    ("PUBLICATION", "pg_catalog.pg_publication", "pubname"),
    ("FOREIGN DATA WRAPPER", "pg_catalog.pg_foreign_data_wrapper", "fdwname"),
    ("LANGUAGE", "pg_catalog.pg_language", "lanname"),
];

/// Those that no extension made.
fn outside(catalogue: &str, column: &str) -> String {
    format!(
        "SELECT {column} FROM {catalogue} AS it WHERE oid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend \
         WHERE classid = '{catalogue}'::pg_catalog.regclass AND objid = it.oid AND deptype = 'e') ORDER BY 1"
    )
}

const EXTENSIONS: &str = "SELECT extname FROM pg_catalog.pg_extension WHERE oid >= 16384 ORDER BY 1";

const SCHEMAS: &str = "\
SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' \
AND nspname NOT IN ('information_schema', 'public') ORDER BY 1";

/// Whatever is in a schema depends on it.
const IN_PUBLIC: &str = "\
SELECT 1 FROM pg_catalog.pg_depend WHERE refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass \
AND refobjid = pg_catalog.to_regnamespace('public') AND deptype = 'n' LIMIT 1";

/// In one transaction: all of it, or nothing.
pub(super) fn clear(driver: &mut PostgresDriver, about: &About) -> Result<(), DriverError> {
    let connection = &mut driver.connection;
    let mut names = |query: &str| -> Result<Vec<String>, DriverError> {
        Ok(connection.rows(query)?.into_iter().flatten().flatten().collect())
    };
    if let Some(subscription) = names(SUBSCRIPTIONS)?.first() {
        let message =
            format!("the database has a subscription `{subscription}`: it would go on writing to what is restored");
        let hint = format!("DROP SUBSCRIPTION {} first", identifier(subscription));
        return Err(DriverError { hint: Some(hint), ..DriverError::new(DriverErrorKind::Unsupported, message) });
    }
    names("BEGIN")?;
    let cleared = empty(&mut names, about);
    let ended = names(if cleared.is_ok() { "COMMIT" } else { "ROLLBACK" });
    cleared?;
    ended.map(drop)
}

fn empty(names: &mut impl FnMut(&str) -> Result<Vec<String>, DriverError>, about: &About) -> Result<(), DriverError> {
    // Those of the backup stay where they can: not everybody may make them again.
    for extension in names(EXTENSIONS)? {
        if about.extensions.iter().all(|(name, _)| *name != extension) {
            names(&format!("DROP EXTENSION IF EXISTS {} CASCADE", identifier(&extension)))?;
        }
    }
    for (kind, catalogue, column) in OUTSIDE {
        for name in names(&outside(catalogue, column))? {
            names(&format!("DROP {kind} IF EXISTS {} CASCADE", identifier(&name)))?;
        }
    }
    for schema in names(SCHEMAS)? {
        names(&format!("DROP SCHEMA {} CASCADE", identifier(&schema)))?;
    }
    if !names(IN_PUBLIC)?.is_empty() {
        names("DROP SCHEMA public CASCADE")?;
    }
    names(
        "DO $$ BEGIN IF pg_catalog.to_regnamespace('public') IS NULL THEN CREATE SCHEMA public; \
         COMMENT ON SCHEMA public IS 'standard public schema'; \
         IF pg_catalog.current_setting('server_version_num')::int >= 150000 THEN \
         ALTER SCHEMA public OWNER TO pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC; \
         ELSE GRANT ALL ON SCHEMA public TO PUBLIC; END IF; END IF; END $$",
    )?;
    names("SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata").map(drop)
}
