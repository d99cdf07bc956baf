//! Event triggers that refuse DDL of sessions that are not whimbrel's.
//!
//! A session of whimbrel's says so in a setting of its own. Whoever wants to can say the same: the guard stands against
//! haste and habit, and its door is easier to find than a way around it. Rights stand against malice.

use whimbrel_run::ddl_guard::{DdlGuard, Emergency};
use whimbrel_run::{Driver, DriverError, DriverErrorKind, Row, Value};

use super::driver::{LOCK, PostgresDriver};
use super::quote;

/// Said by every session of whimbrel's.
pub(super) const SESSION: &str = concat!("SET whimbrel.session = '", env!("CARGO_PKG_VERSION"), "'");

const INSTALL: &str = include_str!("install.sql");

const TRIGGERS: [&str; 3] = ["whimbrel_guard_before", "whimbrel_guard_after", "whimbrel_guard_dropped"];

/// What changes who may do what, or how rows are laid out, and not what the schema is.
const EXEMPT: &str = "ARRAY['GRANT', 'REVOKE', 'GRANT ROLE', 'REVOKE ROLE', 'ALTER DEFAULT PRIVILEGES', 'SECURITY LABEL', \
                      'REFRESH MATERIALIZED VIEW', 'REINDEX', 'DROP OWNED', 'REASSIGN OWNED']";

pub(super) fn install(driver: &mut PostgresDriver, allowed: &[String]) -> Result<(), DriverError> {
    let halves = LOCK.to_be_bytes();
    let half = |bytes: &[u8]| bytes.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)).to_string();
    let (high, low) = halves.split_at(4);
    let script =
        INSTALL.replace("{exempt}", EXEMPT).replace("{lock_high}", &half(high)).replace("{lock_low}", &half(low));
    let roles: Vec<String> = allowed.iter().map(|role| format!("({})", quote::literal(role))).collect();
    let roles = match roles.is_empty() {
        true => String::new(),
        false => format!("INSERT INTO whimbrel_guard.allowed_roles VALUES {};", roles.join(", ")),
    };
    let known = driver.connection.rows("SELECT rolname FROM pg_catalog.pg_roles")?;
    let known: Vec<String> = known.into_iter().flatten().flatten().collect();
    if let Some(stranger) = allowed.iter().find(|role| !known.contains(role)) {
        return Err(DriverError::new(DriverErrorKind::Statement, format!("there is no role `{stranger}`")));
    }
    // One message is one transaction: it is there as a whole or not at all.
    driver.execute_script(&format!("BEGIN; {}{script}{roles}COMMIT", without_triggers())).or_else(|error| {
        // A transaction that failed stays open until it is ended.
        driver.execute_script("ROLLBACK")?;
        Err(refused(error))
    })
}

pub(super) fn remove(driver: &mut PostgresDriver) -> Result<(), DriverError> {
    driver
        .execute_script(&format!("BEGIN; {}DROP SCHEMA IF EXISTS whimbrel_guard CASCADE; COMMIT", without_triggers()))
        .or_else(|error| {
            driver.execute_script("ROLLBACK")?;
            Err(refused(error))
        })
}

fn without_triggers() -> String {
    TRIGGERS.map(|trigger| format!("DROP EVENT TRIGGER IF EXISTS {trigger};")).concat()
}

fn refused(error: DriverError) -> DriverError {
    match error.code.as_deref() {
        Some("42501") => DriverError {
            hint: Some("event triggers are a superuser's to make: connect as one for this command alone".to_string()),
            position: None,
            ..error
        },
        _ => DriverError { position: None, ..error },
    }
}

pub(super) fn read(driver: &mut PostgresDriver) -> Result<Option<DdlGuard>, DriverError> {
    let there = driver.query(
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'whimbrel_guard' AND c.relname = 'emergencies'",
        &[],
    )?;
    if there.is_empty() {
        return Ok(None);
    }
    let utc = |column: &str| format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
    let installed = driver.query(&format!("SELECT {}, by FROM whimbrel_guard.installed", utc("at")), &[])?;
    let allowed = driver.query("SELECT name FROM whimbrel_guard.allowed_roles ORDER BY name", &[])?;
    let emergencies = driver.query(
        &format!(
            "SELECT {}, login, application, address, command, objects, statement, reason \
             FROM whimbrel_guard.emergencies ORDER BY id DESC",
            utc("at")
        ),
        &[],
    )?;
    let enabled = driver.query(
        "SELECT evtname FROM pg_catalog.pg_event_trigger WHERE evtname LIKE $1 AND evtenabled IN ('O', 'A')",
        &[Value::Text("whimbrel\\_guard\\_%")],
    )?;
    let enabled: Vec<String> = enabled.into_iter().flatten().flatten().collect();
    let mut disabled: Vec<String> = TRIGGERS
        .iter()
        .filter(|name| !enabled.iter().any(|known| known == *name))
        .map(|name| name.to_string())
        .collect();
    if driver.connection.version.major >= 17 {
        let off = driver.query("SELECT setting FROM pg_catalog.pg_settings WHERE name = 'event_triggers'", &[])?;
        if off.into_iter().flatten().flatten().any(|setting| setting == "off") {
            disabled = vec!["event_triggers is off".to_string()];
        }
    }
    let mut installed = installed.into_iter().next().unwrap_or_default().into_iter().map(Option::unwrap_or_default);
    Ok(Some(DdlGuard {
        installed_at: installed.next().unwrap_or_default(),
        installed_by: installed.next().unwrap_or_default(),
        allowed_roles: allowed.into_iter().flatten().flatten().collect(),
        disabled,
        emergencies: emergencies.into_iter().map(emergency).collect(),
    }))
}

fn emergency(row: Row) -> Emergency {
    let mut cells = row.into_iter();
    let mut next = || cells.next().flatten();
    Emergency {
        at: next().unwrap_or_default(),
        login: next().unwrap_or_default(),
        application: next().unwrap_or_default(),
        address: next(),
        command: next().unwrap_or_default(),
        objects: next().unwrap_or_default(),
        statement: next().unwrap_or_default(),
        reason: next().unwrap_or_default(),
    }
}
