use crate::args::{Global, Lint};
use crate::failure::{Exit, Outcome};
use crate::lint::report::Format;
use crate::lint::{self, Linted, report};
use crate::printer::Printer;
use crate::project::Project;

pub fn run(arguments: &Lint, global: &Global, printer: &Printer) -> Outcome {
    let project = Project::open(global)?;
    let linted = lint::run(arguments, &project, printer)?;
    let exit = exit(&linted);
    match report::text(arguments.format, &linted, printer.detail()).filter(|_| !printer.json()) {
        Some(text) if arguments.format == Format::Text => printer.line(&text),
        Some(text) => printer.verbatim(&text),
        None => printer.show(exit, &linted),
    }
    // The process ends now. Taking apart what is known of thousands of files would be waited for, and for nothing.
    std::mem::forget(linted);
    Ok(exit)
}

fn exit(linted: &Linted) -> Exit {
    match linted.worst() {
        Some(worst) if worst >= linted.fail_on => Exit::Differences,
        Some(_) | None => Exit::Fine,
    }
}
