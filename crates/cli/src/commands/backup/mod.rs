//! Backups: what the five commands about them share.

pub mod create;
mod list;
mod prune;
mod restore;
mod verify;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use whimbrel_run::Driver;

use crate::args::{self, BackupCommand, Global};
use crate::backups::Place;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::Printer;
use crate::project::Project;
use crate::signals;

pub fn run(arguments: &args::Backup, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let place = Place::of(arguments.folder.as_deref(), project);
    match &arguments.command {
        BackupCommand::Create(command) => create::run(command, &place, project, printer),
        BackupCommand::List(command) => list::run(command, &place, project, printer),
        BackupCommand::Verify(command) => verify::run(command, &place, project, printer),
        BackupCommand::Restore(command) => restore::run(command, &place, global, project, printer),
        BackupCommand::Prune(command) => prune::run(command, &place, project, printer),
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
