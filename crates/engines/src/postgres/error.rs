use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, ErrorPosition};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::settings::Settings;

/// `sql` is what was sent: the server counts characters in it, we count bytes.
pub fn refused(error: &Error, sql: &str) -> DriverError {
    let Some(answer) = error.as_db_error() else {
        let said = error.source().map_or_else(|| error.to_string(), |source| source.to_string());
        let message = format!("the connection to the server was lost: {said}");
        return DriverError::new(DriverErrorKind::Lost, message);
    };
    let mut detail = answer.detail().map(str::to_string);
    let position = match answer.position() {
        Some(ErrorPosition::Original(character)) => byte_offset(sql, *character),
        Some(ErrorPosition::Internal { query, .. }) => {
            detail = detail.or_else(|| Some(format!("within: {query}")));
            None
        }
        None => None,
    };
    DriverError {
        kind: kind(answer),
        message: answer.message().to_string(),
        code: Some(answer.code().code().to_string()),
        detail: detail.or_else(|| answer.where_().map(str::to_string)),
        hint: answer.hint().map(str::to_string).or_else(|| read_only(answer)),
        position,
    }
}

fn byte_offset(sql: &str, character: u32) -> Option<usize> {
    let index = usize::try_from(character).ok()?.checked_sub(1)?;
    sql.char_indices().map(|(at, _)| at).chain([sql.len()]).nth(index)
}

fn kind(answer: &DbError) -> DriverErrorKind {
    match answer.code().code() {
        // A statement timeout has the same code as a request to cancel; only its words tell.
        "57014" if answer.message().contains("timeout") => DriverErrorKind::TimedOut,
        "57014" => DriverErrorKind::Cancelled,
        // lock_not_available, deadlock_detected
        "55P03" | "40P01" => DriverErrorKind::Busy,
        // admin_shutdown, crash_shutdown, cannot_connect_now, idle_in_transaction_session_timeout, idle_session_timeout
        "57P01" | "57P02" | "57P03" | "25P03" | "57P05" => DriverErrorKind::Lost,
        // read_only_sql_transaction (a standby, or a session set so), disk_full
        "25006" | "53100" => DriverErrorKind::Unwritable,
        // insufficient_privilege
        "42501" => DriverErrorKind::Forbidden,
        _ => DriverErrorKind::Statement,
    }
}

fn read_only(answer: &DbError) -> Option<String> {
    let hint = "this is a standby, or `default_transaction_read_only` is on for this role: name one that may write";
    (answer.code().code() == "25006").then(|| hint.to_string())
}

/// Why nobody answered, or not as wished, and what to do about it.
pub fn not_connected(error: &Error, settings: &Settings) -> DriverError {
    let Settings { place, user, database, .. } = settings;
    let (message, hint) = match error.as_db_error() {
        Some(answer) => (answer.message().to_string(), advice(answer, settings)),
        None => {
            let said = innermost(error);
            let hint = if said.contains("timed out") || error.to_string().contains("timed out") {
                "the address may be wrong or a firewall in between; `connect_timeout=SECONDS` in the URL waits longer"
            } else if said.contains("No such file") {
                "is the server running, and is this the folder of its socket?"
            } else if said.contains("refused") {
                "is the server running, and does it listen on that address and port?"
            } else if said.contains("lookup address") {
                "is the host spelled right?"
            } else if said.to_ascii_lowercase().contains("certificate") {
                "give the authority's certificate by `sslrootcert=FILE`; `sslmode=require` encrypts without checking"
            } else if said.contains("does not support TLS") {
                "the server offers no TLS: `sslmode=disable` in the URL connects without it"
            } else if said.contains("password missing") {
                "put the password in the URL, in PGPASSWORD or in ~/.pgpass"
            } else {
                "check the URL"
            };
            (format!("cannot connect to PostgreSQL at {place}: {said}"), Some(hint.to_string()))
        }
    };
    DriverError {
        kind: DriverErrorKind::Connect,
        message,
        code: error.code().map(|code| code.code().to_string()),
        detail: Some(format!("connecting to `{database}` at {place} as `{user}`")),
        hint,
        position: None,
    }
}

fn advice(answer: &DbError, settings: &Settings) -> Option<String> {
    let Settings { user, .. } = settings;
    let advice = match answer.code().code() {
        "28P01" => "the password is taken from the URL, else from PGPASSWORD, else from ~/.pgpass".into(),
        "28000" if answer.message().contains("no encryption") => {
            format!("the server does not let `{user}` in without TLS: `sslmode=require`, or see its pg_hba.conf")
        }
        "28000" => format!("the server does not let `{user}` in from here: see its pg_hba.conf"),
        "53300" => "the server has no connection left; wait, or raise max_connections".to_string(),
        "57P03" => "the server is starting or stopping; try again in a moment".to_string(),
        _ => return answer.hint().map(str::to_string),
    };
    Some(advice)
}

fn innermost(error: &Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests {
    use super::byte_offset;

    #[test]
    fn characters_become_bytes() {
        assert_eq!(byte_offset("SELECT 'é' FRM t", 12), Some(12));
        assert_eq!(byte_offset("ab", 1), Some(0));
        assert_eq!(byte_offset("ab", 3), Some(2));
        assert_eq!(byte_offset("ab", 9), None);
    }
}
