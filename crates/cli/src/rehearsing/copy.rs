//! The copy that is rehearsed on: made here and gone afterwards, or one that somebody names.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tempfile::TempDir;
use whimbrel_engines::sqlite;
use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::apply::{self, Options};
use whimbrel_run::backup::{Progress, Scope};
use whimbrel_run::rehearse::{Copied, How};
use whimbrel_run::{Driver, DriverError};

use crate::diagnose;
use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::project::Project;
use crate::render::words;
use crate::settings::Environment;

pub struct Copy {
    pub copied: Copied,
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
    Named {
        url: DatabaseUrl,
    },
}

/// Folders of copies begin so, and say whose they are.
const PREFIX: &str = "whimbrel-rehearsal-";

impl Copy {
    /// A copy of the database: SQLite's own of the file, or a backup restored into a new database on the same server.
    pub fn make(
        environment: &Environment,
        source: &mut dyn Driver,
        stop: &Arc<AtomicBool>,
        printer: &Printer,
    ) -> Result<Copy, Failure> {
        let begun = Instant::now();
        let folder = folder(environment)?;
        let failed = |error: DriverError| copying_failed(&error);
        let (place, how, shown) = match &environment.url {
            DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), .. }) => {
                let copy = folder.path().join(file.file_name().unwrap_or_default());
                printer.now("copying the database");
                sqlite::copy(file, &copy, &mut || !stop.load(Ordering::Relaxed)).map_err(failed)?;
                let size = std::fs::metadata(&copy).map(|it| it.len()).unwrap_or_default();
                let shown = format!("a copy of the file, {}", words::bytes(size));
                let url = DatabaseUrl::Sqlite(SqliteUrl { file: Some(copy), parameters: Default::default() });
                (Place::File { _folder: folder, url }, How::File, shown)
            }
            DatabaseUrl::Sqlite(SqliteUrl { file: None, .. }) => {
                return Err(Failure::usage("no-copy", "a database in memory cannot be copied: nobody else sees it"));
            }
            DatabaseUrl::Postgres(_) => {
                clear_scratch(source, printer)?;
                let mut watch = |progress: Progress| {
                    printer.now(doing(&progress));
                    if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                };
                source.copy_out(&Scope::Full, folder.path(), &mut watch).map_err(failed)?;
                let mut main = source.scratch().map_err(failed)?;
                main.copy_in(folder.path(), None, &mut watch).map_err(failed)?;
                (Place::Scratch { main }, How::Restored, "a backup, restored into a new database".to_string())
            }
            DatabaseUrl::Mysql(_) => return Err(nothing_runs_there()),
        };
        let took_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let copied = Copied { how, place: shown, took_us, backup: None };
        Ok(Copy { copied, place, role: environment.role.clone() })
    }

    /// The tables without their rows: a new database in which the revisions that are applied have run.
    pub fn without_rows(
        environment: &Environment,
        source: &mut dyn Driver,
        (history, applied): (&History, &BTreeSet<RevisionId>),
        options: &Options,
        printer: &Printer,
    ) -> Result<Copy, Failure> {
        let begun = Instant::now();
        let failed = |error: DriverError| copying_failed(&error);
        let place = match &environment.url {
            DatabaseUrl::Sqlite(_) => {
                let folder = folder(environment)?;
                let file = Some(folder.path().join("empty.db"));
                let url = DatabaseUrl::Sqlite(SqliteUrl { file, parameters: Default::default() });
                whimbrel_engines::connect(&url).map_err(failed)?;
                Place::File { _folder: folder, url }
            }
            DatabaseUrl::Postgres(_) => {
                clear_scratch(source, printer)?;
                Place::Scratch { main: source.scratch().map_err(failed)? }
            }
            DatabaseUrl::Mysql(_) => return Err(nothing_runs_there()),
        };
        let shown = "its tables, made by the revisions that are applied, and no rows".to_string();
        let copied = Copied { how: How::SchemaOnly, place: shown, took_us: 0, backup: None };
        let mut copy = Copy { copied, place, role: None };
        let mut driver = copy.connect().map_err(failed)?;
        for head in history.heads_among(applied) {
            let target = Target::Named(head.id.to_string());
            let ran = apply::upgrade(driver.as_mut(), history, &target, options, &mut |_| {});
            ran.map_err(|error| {
                let message = format!("the revisions that are applied cannot be run on an empty database: {error}");
                Failure::new(Exit::Failed, "no-copy", message).next("whimbrel rehearse --on URL-OF-A-COPY")
            })?;
        }
        copy.copied.took_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        Ok(copy)
    }

    /// A database that somebody else made. It must not be the one that counts, nor any that is protected.
    pub fn named(
        url: DatabaseUrl,
        environment: &Environment,
        source: &mut dyn Driver,
        project: &Project,
    ) -> Result<Copy, Failure> {
        if url.engine() != environment.url.engine() {
            let (one, other) = (url.engine().title(), environment.url.engine().title());
            return Err(Failure::usage(
                "engine",
                format!("--on names a database of {one}, and this one is of {other}"),
            ));
        }
        let mut driver = whimbrel_engines::connect_existing(&url).map_err(|error| diagnose::database(&error))?;
        if source.is_same_as(driver.as_mut()).map_err(|error| diagnose::database(&error))? {
            return Err(refused("--on names the database itself, and a rehearsal changes what it runs on"));
        }
        for name in project.settings.environments() {
            let other = project.settings.on(&name).database();
            // What is not there to be read is told where it is worked on.
            let Ok(Some(other)) = other else { continue };
            let protected = other.protected && other.url.engine() == url.engine();
            let mut is_it = || -> bool {
                let connected = whimbrel_engines::connect_existing(&other.url);
                connected.is_ok_and(|mut other| other.is_same_as(driver.as_mut()).unwrap_or(true))
            };
            if protected && (other.url == url || is_it()) {
                return Err(refused(&format!("--on names the database of `{name}`, which is protected")));
            }
        }
        let copied = Copied { how: How::Existing, place: driver.describe(), took_us: 0, backup: None };
        Ok(Copy { copied, place: Place::Named { url }, role: environment.role.clone() })
    }

    /// Another connection to the copy.
    pub fn connect(&mut self) -> Result<Box<dyn Driver>, DriverError> {
        let mut driver = match &mut self.place {
            Place::File { url, .. } | Place::Named { url } => whimbrel_engines::connect_existing(url)?,
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

fn clear_scratch(source: &mut dyn Driver, printer: &Printer) -> Result<(), Failure> {
    for name in source.clear_scratch().map_err(|error| copying_failed(&error))? {
        printer.remark(&format!("`{name}`, which a killed run had left behind, is dropped"));
    }
    Ok(())
}

fn nothing_runs_there() -> Failure {
    Failure::usage("no-copy", "no migrations are run on MySQL and MariaDB yet, so there is nothing to rehearse")
}

fn refused(why: &str) -> Failure {
    Failure::new(Exit::Refused, "not-a-copy", why).next("whimbrel rehearse --on URL-OF-A-COPY")
}

fn copying_failed(error: &DriverError) -> Failure {
    let mut failure = Failure::new(Exit::Failed, "no-copy", format!("no copy could be made: {error}"));
    if let Some(hint) = &error.hint {
        failure = failure.note("help", hint);
    }
    failure.next("whimbrel rehearse --on URL-OF-A-COPY")
}

fn doing(progress: &Progress) -> String {
    use whimbrel_run::backup::Doing;
    let word = match progress.doing {
        Doing::Copying => "copying",
        Doing::Checking => "looking whether the copy is sound",
        Doing::Hashing => "hashing",
        Doing::Packing => "packing",
        Doing::Verifying => "verifying",
        Doing::Unpacking => "unpacking",
        Doing::Sending => "sending",
        Doing::Restoring => "restoring",
    };
    match &progress.about {
        Some(about) => format!("{word} {about}"),
        None => format!("{word} the database"),
    }
}

/// Where there is room for a database: beside the file on SQLite, elsewhere where temporary files go. What a process that
/// is no longer there has left is cleared away.
fn folder(environment: &Environment) -> Result<TempDir, Failure> {
    let home = match &environment.url {
        DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), .. }) => {
            file.parent().filter(|it| !it.as_os_str().is_empty()).map(Path::to_path_buf)
        }
        DatabaseUrl::Sqlite(SqliteUrl { file: None, .. }) | DatabaseUrl::Postgres(_) | DatabaseUrl::Mysql(_) => None,
    };
    let home: PathBuf = home.unwrap_or_else(std::env::temp_dir);
    clear(&home);
    let prefix = format!(".{PREFIX}{}-", std::process::id());
    tempfile::Builder::new().prefix(&prefix).tempdir_in(&home).map_err(|error| {
        let home = home.display();
        Failure::new(
            Exit::Failed,
            "no-copy",
            format!("no folder for the copy can be made in `{home}`: {}", error.kind()),
        )
    })
}

fn clear(home: &Path) {
    for entry in std::fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix('.').and_then(|name| name.strip_prefix(PREFIX));
        let pid = pid.and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        // Elsewhere than on Linux nobody can be looked for so, and what is left stays.
        let gone = |pid: u32| Path::new("/proc/self").exists() && !Path::new(&format!("/proc/{pid}")).exists();
        if pid.is_some_and(gone) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
