use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use whimbrel_frontends::revision::{in_order, read, read_folder};
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::Direction;
use whimbrel_run::{apply, ledger};

use super::{Compatibility, Current, Database, Error, ErrorKind, Event, Options, Plan, Report, Review, traced};

/// A history of revisions: those of the folder that [`embed!`](crate::embed) has compiled in, or of a folder that is
/// read when the program runs.
///
/// Every method blocks until it is done; see [`Database`] for what that means in asynchronous code.
#[derive(Debug)]
pub struct Migrations {
    source: Source,
    history: OnceLock<Result<History, Error>>,
}

#[derive(Debug)]
enum Source {
    Files { folder: &'static str, whole: &'static str, files: &'static [File] },
    Folder(PathBuf),
}

/// One revision file, as [`embed!`](crate::embed) writes it down.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct File {
    pub path: &'static str,
    pub text: &'static str,
    pub checksum: &'static str,
}

/// What [`embed!`](crate::embed) calls.
#[doc(hidden)]
#[must_use]
pub const fn migrations(folder: &'static str, whole: &'static str, files: &'static [File]) -> Migrations {
    Migrations { source: Source::Files { folder, whole, files }, history: OnceLock::new() }
}

impl Migrations {
    /// The revisions of a folder that is read when they are first asked for: for programs that bring their migrations
    /// beside them, and for tests.
    #[must_use]
    pub fn from_folder(folder: impl Into<PathBuf>) -> Migrations {
        Migrations { source: Source::Folder(folder.into()), history: OnceLock::new() }
    }

    /// The ids of the revisions, in an order in which they can be applied.
    ///
    /// # Errors
    ///
    /// When a folder that is read now is no history.
    pub fn ids(&self) -> Result<Vec<String>, Error> {
        Ok(self.history()?.revisions().iter().map(|revision| revision.id.to_string()).collect())
    }

    /// Applies what is missing, behind the gates that `whimbrel upgrade` has too.
    ///
    /// Of several callers at once, in one process or in many, one runs: the others wait for it (for
    /// [`Options::wait`] at most) and find nothing left to do. What an earlier run had begun is finished first. What
    /// takes something away from code that may still run waits, and is in [`Report::waiting`].
    ///
    /// # Errors
    ///
    /// When a gate does not open, or a statement fails: [`Error::next`] says what to do, [`Error::report`] what was done
    /// before.
    pub fn upgrade(&self, database: &mut Database, options: &Options) -> Result<Report, Error> {
        self.upgrade_with(database, options, |_| {})
    }

    /// The same, with a listener that is told what happens as it happens, on the thread of the caller. The run waits for
    /// it: one that takes long keeps locks for longer.
    ///
    /// # Errors
    ///
    /// As [`upgrade`](Migrations::upgrade).
    pub fn upgrade_with(
        &self,
        database: &mut Database,
        options: &Options,
        listen: impl FnMut(&Event),
    ) -> Result<Report, Error> {
        self.run(database, options, (Direction::Up, &options.parsed_target()?), listen)
    }

    /// Undoes what is applied, down to the target (`base`, an id, `-1`), and gives back what was kept of the values that
    /// the upgrade destroyed.
    ///
    /// # Errors
    ///
    /// As [`upgrade`](Migrations::upgrade), and when a revision does not say how to undo it.
    pub fn downgrade(&self, database: &mut Database, target: &str, options: &Options) -> Result<Report, Error> {
        self.downgrade_with(database, target, options, |_| {})
    }

    /// The same, with a listener.
    ///
    /// # Errors
    ///
    /// As [`downgrade`](Migrations::downgrade).
    pub fn downgrade_with(
        &self,
        database: &mut Database,
        target: &str,
        options: &Options,
        listen: impl FnMut(&Event),
    ) -> Result<Report, Error> {
        self.run(database, options, (Direction::Down, &parse(target)?), listen)
    }

    fn run(
        &self,
        database: &mut Database,
        options: &Options,
        (direction, target): (Direction, &Target),
        mut listen: impl FnMut(&Event),
    ) -> Result<Report, Error> {
        let history = self.history()?;
        let _span = traced::run(direction, database, options);
        if let Some(files) = self.not_embedded() {
            let event = Event::NotEmbedded { files };
            traced::event(&event);
            listen(&event);
        }
        let mut heard = |event: &Event| {
            traced::event(event);
            listen(event);
        };
        let result = database.work_heard(&mut heard, |driver, tell| {
            let run = options.to_run(direction);
            let _heard = options.stop.hear(driver.canceller());
            match direction {
                Direction::Up => apply::upgrade(driver, history, target, &run, tell),
                Direction::Down => apply::downgrade(driver, history, target, &run, tell),
            }
        })?;
        match result {
            Ok(report) => Ok(Report::of(&report)),
            Err(error) => Err(Error::from(error)),
        }
    }

    /// What an upgrade would apply now, with what it would hold back. Nothing is changed, and nobody is waited for.
    ///
    /// # Errors
    ///
    /// When the database or its ledger cannot be read.
    pub fn plan(&self, database: &mut Database, options: &Options) -> Result<Plan, Error> {
        let (history, target) = (self.history()?, options.parsed_target()?);
        database.work(|driver| Plan::of(driver, history, &target, options))?
    }

    /// What the rules say about the revisions that an upgrade would apply, on this database: `whimbrel lint` of what is
    /// pending, with what is known of its tables.
    ///
    /// # Errors
    ///
    /// When the database or its ledger cannot be read.
    pub fn review(&self, database: &mut Database, options: &Options) -> Result<Review, Error> {
        let (history, target) = (self.history()?, options.parsed_target()?);
        database.work(|driver| Review::of(driver, history, &target, options))?
    }

    /// Where the database stands. It is only read, and its ledger is not made.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn current(&self, database: &mut Database) -> Result<Current, Error> {
        let history = self.history()?;
        let ledger = database.work(|driver| ledger::read(driver))?.map_err(|error| Error::ledger(&error))?;
        Ok(Current::of(history, &ledger))
    }

    /// Whether this program may run on the database: exactly current, ahead by what it lives with, behind and by what, or
    /// incompatible and why. Of the options, the deploy counts: a contract that was let through because the code of a
    /// deploy was found to live with it does not stop that deploy.
    ///
    /// Nothing but a read: no lock is taken and no table is made, and a role that may read the ledger is enough.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read. A database without one is behind by everything.
    pub fn compatibility(&self, database: &mut Database, options: &Options) -> Result<Compatibility, Error> {
        let history = self.history()?;
        let deploy = options.deploy.as_ref().map(|deploy| deploy.label.as_str());
        database.work(|driver| Compatibility::of(driver, history, deploy))?
    }

    pub(super) fn history(&self) -> Result<&History, Error> {
        let read = self.history.get_or_init(|| self.source.read());
        read.as_ref().map_err(Clone::clone)
    }

    /// Files that lie in the folder and were not there when the program was built. Only a program that is being worked
    /// on looks, and only where the folder still is.
    fn not_embedded(&self) -> Option<Vec<String>> {
        let Source::Files { whole, files, .. } = &self.source else { return None };
        if !cfg!(debug_assertions) {
            return None;
        }
        let entries = std::fs::read_dir(whole).ok()?;
        let known = |name: &str| files.iter().any(|file| file.path.rsplit('/').next() == Some(name));
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut new: Vec<String> =
            names.filter(|name| name.ends_with(".sql") && !name.starts_with('.') && !known(name)).collect();
        new.sort();
        (!new.is_empty()).then_some(new)
    }
}

impl Source {
    fn read(&self) -> Result<History, Error> {
        let (folder, files) = match self {
            Source::Folder(folder) => return read_folder(folder).map_err(|problems| Error::problems(&problems)),
            Source::Files { folder, files, .. } => (folder, files),
        };
        let mut revisions = Vec::with_capacity(files.len());
        for file in *files {
            let revision = read(file.text, Path::new(file.path)).map_err(|problems| Error::problems(&problems))?;
            if revision.checksum.0 != file.checksum {
                let message = format!("{} was changed while `{folder}` was being compiled in", file.path);
                return Err(Error::new(ErrorKind::Migrations, message, vec!["build again".to_string()]));
            }
            revisions.push(revision);
        }
        in_order(revisions).map_err(|problems| Error::problems(&problems))
    }
}

pub(super) fn parse(target: &str) -> Result<Target, Error> {
    target.parse::<Target>().map_err(|error| Error::target(&error.into()))
}
