use clap::CommandFactory;

use crate::args::{Arguments, Completions};
use crate::failure::{Exit, Outcome};
use crate::printer::Printer;

pub fn run(arguments: &Completions, printer: &Printer) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "whimbrel", &mut script);
    printer.raw(&script);
    Ok(Exit::Fine)
}
