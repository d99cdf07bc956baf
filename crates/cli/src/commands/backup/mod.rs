//! Backups: what the five commands about them share.

mod create;
mod list;
mod prune;
mod refusal;
mod restore;
mod verify;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use whimbrel_run::Driver;
use whimbrel_run::backup::{Doing, Folder, Leftover, Progress, sweep_staging};

use crate::args::{self, BackupCommand};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::Printer;
use crate::project::Project;
use crate::render::words;
use crate::signals;

/// Where backups go, if nothing else is said.
const FOLDER: &str = "backups";

pub fn run(arguments: &args::Backup, project: &Project, printer: &Printer) -> Outcome {
    let place = Place { folder: folder(arguments, project), staging: staging(project) };
    match &arguments.command {
        BackupCommand::Create(command) => create::run(command, &place, project, printer),
        BackupCommand::List(command) => list::run(command, &place, project, printer),
        BackupCommand::Verify(command) => verify::run(command, &place, project, printer),
        BackupCommand::Restore(command) => restore::run(command, &place, project, printer),
        BackupCommand::Prune(command) => prune::run(command, &place, project, printer),
    }
}

struct Place {
    folder: Folder,
    /// For what is not yet encrypted, or no longer compressed.
    staging: PathBuf,
}

fn folder(arguments: &args::Backup, project: &Project) -> Folder {
    let settings = &project.settings;
    Folder::new(match (&arguments.folder, &settings.backup().folder) {
        (Some(folder), _) => settings.under_here(folder),
        (None, Some(folder)) => settings.under_root(folder),
        (None, None) => settings.under_root(FOLDER.as_ref()),
    })
}

fn staging(project: &Project) -> PathBuf {
    let named = project.settings.backup().staging.as_deref();
    named.map_or_else(std::env::temp_dir, |folder| project.settings.under_root(folder))
}

impl Place {
    /// Takes away what killed runs have left behind, and says so.
    fn sweep(&self, project: &Project, printer: &Printer) -> Result<Vec<Leftover>, Failure> {
        let mut swept = self.folder.sweep().map_err(|error| refusal::of(&error, project))?;
        swept.extend(sweep_staging(&self.staging));
        for left in &swept {
            let (path, bytes) = (project.settings.shown(&left.path), words::bytes(left.bytes));
            printer.remark(&format!("swept away `{path}` ({bytes}), which a run that was interrupted had left"));
        }
        Ok(swept)
    }
}

/// What a person sees while it goes on, and whether it is to go on.
fn watching(printer: &Printer, stop: Arc<AtomicBool>) -> impl FnMut(Progress) -> ControlFlow<()> {
    move |progress: Progress| {
        printer.now(told(&progress));
        match stop.load(Ordering::SeqCst) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

fn told(progress: &Progress) -> String {
    let (verb, unit): (_, fn(u64) -> String) = match progress.doing {
        Doing::Copying => ("copying", words::bytes),
        Doing::Checking => ("checking the copy", words::bytes),
        Doing::Hashing => ("hashing", |rows| format!("{} rows", words::many(rows))),
        Doing::Packing => ("packing", words::bytes),
        Doing::Verifying => ("verifying", words::bytes),
        Doing::Unpacking => ("unpacking", words::bytes),
        Doing::Sending => ("sending", words::bytes),
        Doing::Restoring => ("restoring", words::bytes),
    };
    let about = progress.about.as_ref().map(|about| format!(" {about}")).unwrap_or_default();
    match progress.of {
        Some(of) => format!("{verb}{about}  {} of {}", unit(progress.done), unit(of)),
        None if progress.done == 0 => format!("{verb}{about}"),
        None => format!("{verb}{about}  {}", unit(progress.done)),
    }
}

/// Ctrl-C stops what is done at its next step, and what the engine does now.
fn heed(driver: Option<&dyn Driver>, printer: &Printer) -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let (heeded, cancel) = (Arc::clone(&stop), driver.map(|driver| Arc::new(driver.canceller())));
    let impatient = printer.farewell("left at once: the next `whimbrel backup create` sweeps away what is left");
    let handler = move || {
        if heeded.swap(true, Ordering::SeqCst) {
            impatient();
        }
        // On a thread of its own, because it may wait for the network, and the next signal must be heard.
        if let Some(cancel) = cancel.clone() {
            thread::spawn(move || cancel());
        }
    };
    signals::heed(handler)
        .map_err(|error| Failure::new(Exit::Failed, "signal", format!("Ctrl-C cannot be heeded: {error}")))?;
    Ok(stop)
}
