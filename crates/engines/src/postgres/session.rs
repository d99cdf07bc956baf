//! The session that runs revisions: its limits, and whether it is still the one that was prepared.
//!
//! What is asked goes ahead of a statement in the same message, so that it costs no round trip. The answer comes after
//! the statement has run, and in time all the same: it is read before the transaction is committed.

use std::time::Duration;

use whimbrel_run::guard::{Limit, Limits};
use whimbrel_run::{DriverError, DriverErrorKind, Row};

use super::quote::quote;

/// A client that was stopped in the middle of a transaction must not keep its locks for ever.
const IDLE: Duration = Duration::from_secs(60);

/// Who is connected as whom, what unqualified names mean, and how long a transaction may stand still.
const STATE: &str = "pg_catalog.pg_backend_pid(), current_user, session_user, \
                     pg_catalog.current_setting('search_path'), \
                     pg_catalog.current_setting('idle_in_transaction_session_timeout')";

/// How many of them must stay as they are.
const SETTLED: usize = 4;

/// Puts everything back as it was when the connection was opened. The role is no setting that RESET ALL puts back.
/// `watched`: and the server looks after lost clients. The last answer is the state.
pub(super) fn prepare(watched: bool, role: Option<&str>) -> String {
    let idle = "idle_in_transaction_session_timeout";
    let watch = if watched { format!("{NOTICE_LOST_CLIENTS}; ") } else { String::new() };
    let role = role.map_or(String::new(), |role| format!("{}; ", set_role(role)));
    format!(
        "SET SESSION AUTHORIZATION DEFAULT; RESET ALL; {}; {role}{watch}\
         SELECT CASE pg_catalog.current_setting('{idle}') \
         WHEN '0' THEN pg_catalog.set_config('{idle}', '{}', false) END; SELECT {STATE}",
        super::ddl_guard::SESSION,
        IDLE.as_millis()
    )
}

pub(super) fn set_role(role: &str) -> String {
    format!("SET ROLE {}", quote(role))
}

/// From 14 on, a server that is told so looks whether its client is still there while a statement runs: what a killed
/// run has left running then ends by itself. Not every platform can.
pub(super) const NOTICE_LOST_CLIENTS: &str = "SET client_connection_check_interval = '1s'";

/// The session as it was prepared.
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    pid: Option<String>,
    /// `None` after a statement that may have changed it.
    settled: Option<Vec<Option<String>>>,
}

impl Session {
    pub fn prepared(row: Row) -> Session {
        let mut session = Session::default();
        session.adopt(row);
        session
    }

    pub fn pid(&self) -> Option<&str> {
        self.pid.as_deref()
    }

    pub fn accept(&mut self) {
        self.settled = None;
    }

    fn adopt(&mut self, row: Row) {
        let mut cells = row.into_iter();
        self.pid = cells.next().flatten();
        self.settled = Some(cells.take(SETTLED).collect());
    }

    /// Sets the limits and asks for the state. Within a transaction they end with it.
    pub fn ask(limits: &Limits, in_transaction: bool) -> String {
        let set = |name: &str, limit: Limit| {
            let milliseconds = match limit {
                Limit::Own => return String::new(),
                Limit::None => 0,
                // Zero would be none.
                Limit::Of(time) => time.as_millis().max(1),
            };
            format!(", pg_catalog.set_config('{name}', '{milliseconds}', {in_transaction})")
        };
        format!("SELECT {STATE}{}{}", set("lock_timeout", limits.lock), set("statement_timeout", limits.statement))
    }

    /// Takes back what was asked for outside of a transaction.
    pub fn reset(limits: &Limits) -> String {
        let reset = |name: &str, limit: Limit| match limit {
            Limit::Own => String::new(),
            Limit::None | Limit::Of(_) => format!("RESET {name};"),
        };
        format!("{}{}", reset("lock_timeout", limits.lock), reset("statement_timeout", limits.statement))
    }

    /// Whether the answer is that of the session that was prepared.
    pub fn check(&mut self, row: Row) -> Result<(), DriverError> {
        let (Some(pid), Some(now)) = (&self.pid, row.first().cloned().flatten()) else {
            self.adopt(row);
            return Ok(());
        };
        if *pid != now {
            let message = format!(
                "the session moved from server process {pid} to {now}: a connection pooler that switches servers \
                 between transactions cannot be used here"
            );
            let hint = "connect to PostgreSQL itself, or to a pool that keeps one server for a session";
            let error = DriverError::new(DriverErrorKind::Unsupported, message);
            return Err(DriverError { hint: Some(hint.to_string()), ..error });
        }
        let found: Vec<Option<String>> = row.iter().skip(1).take(SETTLED).cloned().collect();
        match &self.settled {
            None => self.settled = Some(found),
            Some(settled) if *settled == found => {}
            Some(settled) => {
                let words = |state: &[Option<String>]| {
                    let mut cells = state.iter().map(|cell| cell.as_deref().unwrap_or_default());
                    let mut next = || cells.next().unwrap_or_default();
                    format!(
                        "role `{}` of `{}`, search path `{}`, idle_in_transaction_session_timeout `{}`",
                        next(),
                        next(),
                        next(),
                        next()
                    )
                };
                let message = format!(
                    "the session is not as it was prepared: it has {}, and had {}",
                    words(&found),
                    words(settled)
                );
                return Err(DriverError::new(DriverErrorKind::Unsupported, message));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_plan::guard::Class;

    use super::*;

    fn row(pid: &str, role: &str) -> Row {
        [pid, role, "login", "public", "1min", ""].map(|cell| Some(cell.to_string())).to_vec()
    }

    #[test]
    fn another_process_or_another_role_is_noticed_and_what_a_revision_sets_is_taken() {
        let mut session = Session::prepared(row("7", "app"));
        assert_eq!(session.check(row("7", "app")), Ok(()));
        let moved = session.check(row("8", "app")).unwrap_err();
        assert!(moved.message.contains("from server process 7 to 8"), "{moved}");
        let changed = session.check(row("7", "other")).unwrap_err();
        assert!(changed.message.contains("role `other`") && changed.message.contains("had role `app`"), "{changed}");
        session.accept();
        assert_eq!(session.check(row("7", "other")), Ok(()));
        assert!(session.check(row("7", "app")).is_err());
    }

    #[test]
    fn limits_end_with_the_transaction_and_those_of_a_revision_are_left() {
        let limits = Limits {
            class: Class::Brief,
            lock: Limit::Of(Duration::from_millis(50)),
            statement: Limit::Own,
            look_after: Duration::from_millis(25),
        };
        let asked = Session::ask(&limits, true);
        assert!(asked.ends_with("pg_catalog.set_config('lock_timeout', '50', true)"), "{asked}");
        let asked = Session::ask(&Limits { lock: Limit::None, ..limits }, false);
        assert!(asked.ends_with("pg_catalog.set_config('lock_timeout', '0', false)"), "{asked}");
    }
}
