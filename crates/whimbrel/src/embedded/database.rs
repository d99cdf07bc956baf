use std::fmt;

use whimbrel_engines::url::{self, DatabaseUrl};
use whimbrel_run::{self as run, Driver, DriverError};
use whimbrel_schema::Engine;

use super::apart::{apart, apart_and_heard, drop_apart};
use super::{Error, Event};

/// One open connection to one database.
///
/// It is [`Send`], and everything about it blocks the calling thread until it is done, without panicking inside an
/// asynchronous runtime: the connection lives on threads of its own. In a service, hand it to a thread that may wait
/// (`tokio::task::spawn_blocking`); called straight from a task, it keeps that task's worker for itself meanwhile.
pub struct Database {
    /// `None` only while it is dropped.
    driver: Option<Box<dyn Driver>>,
    engine: Engine,
    shown: String,
}

impl Database {
    /// Opens the database of a URL: `sqlite:///app.db`, `sqlite:////var/lib/app.db`, `postgresql://user@host/name`, as
    /// SQLAlchemy, libpq and sqlx write them. A SQLite file that is not there is made; what a PostgreSQL URL leaves open
    /// is taken from libpq's environment and `~/.pgpass`.
    ///
    /// # Errors
    ///
    /// When the URL is none, its engine is not among the features of this build, or nobody answers.
    pub fn open(url: &str) -> Result<Database, Error> {
        Database::open_with(url, whimbrel_engines::connect)
    }

    /// The same for a database that is there: looking at one does not make one.
    ///
    /// # Errors
    ///
    /// As [`open`](Database::open), and when a SQLite file is not there.
    pub fn open_existing(url: &str) -> Result<Database, Error> {
        Database::open_with(url, whimbrel_engines::connect_existing)
    }

    fn open_with(
        url: &str,
        connect: fn(&DatabaseUrl) -> Result<Box<dyn Driver>, DriverError>,
    ) -> Result<Database, Error> {
        let url = url::parse(url).map_err(|error| Error::url(&error))?;
        let engine = url.engine();
        let driver = apart(|| connect(&url))?.map_err(|error| Error::connection(&error, &url))?;
        let shown = driver.describe();
        Ok(Database { driver: Some(driver), engine, shown })
    }

    /// From here on everything is done as this role, where the engine has roles.
    ///
    /// # Errors
    ///
    /// When the engine has none, or this user may not take it.
    pub fn assume_role(&mut self, role: &str) -> Result<(), Error> {
        self.work(|driver| driver.assume_role(role))?.map_err(|error| Error::database(&error))
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Does something with the connection, on a thread of its own.
    pub(super) fn work<T: Send>(&mut self, work: impl FnOnce(&mut dyn Driver) -> T + Send) -> Result<T, Error> {
        let driver = self.driver.as_deref_mut().ok_or_else(Error::closed)?;
        apart(|| work(driver))
    }

    /// The same, told about as it happens.
    pub(super) fn work_heard<T: Send>(
        &mut self,
        listen: &mut dyn FnMut(&Event),
        work: impl FnOnce(&mut dyn Driver, &mut dyn FnMut(run::Event<'_>)) -> T + Send,
    ) -> Result<T, Error> {
        let driver = self.driver.as_deref_mut().ok_or_else(Error::closed)?;
        apart_and_heard(listen, |tell| work(driver, tell))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            drop_apart(driver);
        }
    }
}

/// The engine, its version and the place; never a password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("engine", &self.engine).field("place", &self.shown).finish_non_exhaustive()
    }
}
