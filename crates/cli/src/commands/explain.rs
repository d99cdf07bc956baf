use crate::args::Explain;
use crate::failure::{Exit, Failure, Outcome};
use crate::lint::explained::{Explained, Listed};
use crate::printer::Printer;

pub fn run(arguments: &Explain, printer: &Printer) -> Outcome {
    match &arguments.rule {
        None => printer.show(Exit::Fine, &Listed::all()),
        Some(id) => {
            let explained = Explained::find(id).ok_or_else(|| unknown(id))?;
            printer.show(Exit::Fine, &explained);
        }
    }
    Ok(Exit::Fine)
}

fn unknown(id: &str) -> Failure {
    let failure = Failure::usage("unknown-rule", format!("there is no rule `{id}`"));
    match Listed::nearest(id) {
        Some(near) => failure.next(format!("whimbrel explain {near}")),
        None => failure.next("whimbrel explain"),
    }
}
