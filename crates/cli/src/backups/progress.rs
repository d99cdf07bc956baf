//! What a person sees while a backup is made or restored.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use whimbrel_run::backup::{Doing, Progress};

use crate::printer::Printer;
use crate::render::words;

/// Shows how far it is, and whether it is to go on.
pub fn watching(printer: &Printer, stop: Arc<AtomicBool>) -> impl FnMut(Progress) -> ControlFlow<()> {
    move |progress: Progress| {
        printer.now(told(&progress));
        match stop.load(Ordering::SeqCst) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

pub fn told(progress: &Progress) -> String {
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
