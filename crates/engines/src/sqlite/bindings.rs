//! What differs between the versions of rusqlite that whimbrel runs on.
//!
//! A program links one SQLite, so one `libsqlite3-sys`, and each rusqlite asks for one line of it. Beside an application
//! that has one already, whimbrel takes the rusqlite that goes with that one: `docs/beside-sqlx.md`.

use rusqlite::Connection;

/// What a call gives back that can fail in some versions and cannot in others.
pub(super) trait Answer {
    fn checked(self) -> rusqlite::Result<()>;
}

impl Answer for () {
    fn checked(self) -> rusqlite::Result<()> {
        Ok(())
    }
}

/// A limit as it was.
impl Answer for i32 {
    fn checked(self) -> rusqlite::Result<()> {
        Ok(())
    }
}

impl<T> Answer for rusqlite::Result<T> {
    fn checked(self) -> rusqlite::Result<()> {
        self.map(|_| ())
    }
}

/// Some versions want the connection to themselves for this.
pub(super) fn wait_by(connection: &mut Connection, handler: fn(i32) -> bool) -> rusqlite::Result<()> {
    connection.busy_handler(Some(handler))
}
