//! The `whimbrel` command. This file knows exit statuses only; words are in `args`, meaning in `settings`, each command
//! in a file of its own.

mod applying;
mod args;
mod autogenerate;
mod backfilling;
mod backups;
mod beside;
mod code;
mod commands;
mod deploy;
mod desired;
mod diagnose;
mod doors;
mod environment;
mod failure;
mod git;
mod lint;
mod output;
mod printer;
mod progress;
mod project;
mod protecting;
mod proving;
mod rehearsing;
mod render;
mod schemas;
mod settings;
mod signals;
mod waiting;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::Arguments;
use failure::{Exit, Failure};
use printer::Printer;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return ExitCode::from(misunderstood(&error)),
    };
    let json = arguments.global.json || arguments.command.wants_json();
    let printer = Printer::new(&arguments.global, json, arguments.command.word());
    let exit = commands::run(&arguments, &printer).unwrap_or_else(|failure| {
        printer.failure(&failure);
        failure.exit
    });
    ExitCode::from(exit.status())
}

/// The command line says nothing that can be done, or asks for help. Whoever wants JSON gets it then too.
fn misunderstood(error: &clap::Error) -> u8 {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    // Nobody is left to be told that the stream is closed.
    if asked {
        let _ = error.print();
        return Exit::Fine.status();
    }
    let text = error.render().ansi().to_string().replacen("error:", "error[usage]:", 1);
    let _ = anstream::stderr().write_all(text.as_bytes());
    if std::env::args_os().skip(1).take_while(|word| word != "--").any(|word| word == "--json") {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let failure = Failure::usage("usage", message).next("whimbrel --help");
        Printer::for_json("").failure_document(&failure);
    }
    Exit::Usage.status()
}
