//! A copy that no backup stands for: SQLite's own of the file, or what one snapshot of PostgreSQL holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use whimbrel_engines::sqlite;
use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};
use whimbrel_run::backup::Scope;
use whimbrel_run::rehearse::{Copied, How, micros};
use whimbrel_run::{Driver, DriverError};

use super::{Copy, Host, Place, copying_failed, folder, in_memory, new_database, no_server, nothing_runs_there};
use crate::backups::progress;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::render::words;
use crate::settings::Environment;

impl Copy {
    pub fn direct(
        environment: &Environment,
        source: &mut dyn Driver,
        host: Host,
        stop: &Arc<AtomicBool>,
        printer: &Printer,
    ) -> Result<Copy, Failure> {
        let begun = Instant::now();
        let folder = folder::make(environment)?;
        let failed = |error: DriverError| copying_failed(&error);
        let (place, how, shown) = match &environment.url {
            DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), .. }) => {
                no_server(host)?;
                let copy = folder.path().join(file.file_name().unwrap_or_default());
                printer.now("copying the database");
                sqlite::copy(file, &copy, &mut || !stop.load(Ordering::Relaxed)).map_err(failed)?;
                let size = std::fs::metadata(&copy).map(|it| it.len()).unwrap_or_default();
                let shown = format!("a copy of the file, {}", words::bytes(size));
                let url = DatabaseUrl::Sqlite(SqliteUrl { file: Some(copy), parameters: Default::default() });
                (Place::File { _folder: folder, url }, How::File, shown)
            }
            DatabaseUrl::Sqlite(SqliteUrl { file: None, .. }) => return Err(in_memory()),
            DatabaseUrl::Postgres(_) => {
                let mut watch = progress::watching(printer, Arc::clone(stop));
                source.copy_out(&Scope::Full, folder.path(), &mut watch).map_err(failed)?;
                let (place, mut main) = new_database(source, host, printer)?;
                main.copy_in(folder.path(), None, &mut watch).map_err(failed)?;
                let shown = format!("one snapshot, in {}", main.describe());
                (place.unwrap_or(Place::Scratch { main }), How::Snapshot, shown)
            }
            DatabaseUrl::Mysql(_) => return Err(nothing_runs_there()),
        };
        let copied = Copied { how, place: shown, took_us: micros(begun.elapsed()), backup: None };
        Ok(Copy { copied, backup: None, place, role: environment.role.clone() })
    }
}
