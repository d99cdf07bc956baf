use clap::CommandFactory;
use serde::Serialize;

use crate::args::{Arguments, Completions};
use crate::failure::{Exit, Outcome};
use crate::printer::Printer;

pub fn run(arguments: &Completions, printer: &Printer) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "whimbrel", &mut script);
    let shell = arguments.shell.to_string();
    printer.show_raw(&script, &Script { shell, script: String::from_utf8_lossy(&script).into_owned() });
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}
