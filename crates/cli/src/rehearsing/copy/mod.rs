//! The copy that is rehearsed on: made here and gone afterwards, or one that somebody names.

mod direct;
mod folder;
mod named;
mod of_backup;
mod without_rows;

pub use of_backup::Restoring;

use tempfile::TempDir;
use whimbrel_engines::postgres::OwnServer;
use whimbrel_engines::url::DatabaseUrl;
use whimbrel_run::rehearse::{BackupBound, Copied};
use whimbrel_run::{Driver, DriverError};

use crate::failure::{Exit, Failure};
use crate::printer::Printer;

pub struct Copy {
    pub copied: Copied,
    /// The backup that it came out of, for the receipt.
    pub backup: Option<BackupBound>,
    place: Place,
    role: Option<String>,
}

enum Place {
    /// In a folder that goes with this value.
    File {
        _folder: TempDir,
        url: DatabaseUrl,
    },
    /// A new database on the server, which goes with this connection.
    Scratch {
        main: Box<dyn Driver>,
    },
    /// A server that goes with this value.
    Server {
        _server: OwnServer,
        url: DatabaseUrl,
    },
    Named {
        url: DatabaseUrl,
    },
}

/// Where a copy of a database on a server is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// Beside it, on the same server.
    Same,
    /// On a server that is started for it.
    Own,
}

impl Copy {
    /// Another connection to the copy.
    pub fn connect(&mut self) -> Result<Box<dyn Driver>, DriverError> {
        let mut driver = match &mut self.place {
            Place::File { url, .. } | Place::Server { url, .. } | Place::Named { url } => {
                whimbrel_engines::connect_existing(url)?
            }
            Place::Scratch { main } => main.beside()?.ok_or_else(|| {
                let message = "this engine has no second connection to a scratch database";
                DriverError::new(whimbrel_run::DriverErrorKind::Unsupported, message)
            })?,
        };
        if let (Some(role), Place::Named { .. }) = (&self.role, &self.place) {
            driver.assume_role(role)?;
        }
        Ok(driver)
    }

    /// Whether it stays, with the revisions applied.
    pub fn stays(&self) -> bool {
        matches!(self.place, Place::Named { .. })
    }
}

/// A new database for a copy, and a connection to it; on an own server the place that keeps it.
fn new_database(
    source: &mut dyn Driver,
    host: Host,
    printer: &Printer,
) -> Result<(Option<Place>, Box<dyn Driver>), Failure> {
    match host {
        Host::Same => {
            clear_scratch(source, printer)?;
            Ok((None, source.scratch().map_err(|error| copying_failed(&error))?))
        }
        Host::Own => {
            printer.now("starting a server for the copy");
            let server = OwnServer::start(source).map_err(|error| copying_failed(&error))?;
            let url = DatabaseUrl::Postgres(server.url().clone());
            let driver = whimbrel_engines::connect(&url).map_err(|error| copying_failed(&error))?;
            Ok((Some(Place::Server { _server: server, url }), driver))
        }
    }
}

fn no_server(host: Host) -> Result<(), Failure> {
    match host {
        Host::Same => Ok(()),
        Host::Own => Err(Failure::usage("no-copy", "a copy of SQLite is a file: there is no server to start for it")),
    }
}

fn clear_scratch(source: &mut dyn Driver, printer: &Printer) -> Result<(), Failure> {
    for name in source.clear_scratch().map_err(|error| copying_failed(&error))? {
        printer.remark(&format!("`{name}`, which a killed run had left behind, is dropped"));
    }
    Ok(())
}

fn nothing_runs_there() -> Failure {
    Failure::usage("no-copy", "no migrations are run on MySQL and MariaDB yet, so there is nothing to rehearse")
}

fn copying_failed(error: &DriverError) -> Failure {
    let mut failure = Failure::new(Exit::Failed, "no-copy", format!("no copy could be made: {error}"));
    if let Some(hint) = &error.hint {
        failure = failure.note("help", hint);
    }
    failure.next("whimbrel rehearse --on URL-OF-A-COPY")
}

fn in_memory() -> Failure {
    Failure::usage("no-copy", "a database in memory cannot be copied: nobody else sees it")
}
