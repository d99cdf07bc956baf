//! The `whimbrel` command. This file knows exit statuses only; words are in `args`, meaning in `settings`, each command
//! in a file of its own.

mod applying;
mod args;
mod autogenerate;
mod commands;
mod desired;
mod diagnose;
mod environment;
mod failure;
mod printer;
mod progress;
mod project;
mod render;
mod schemas;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use args::Arguments;
use printer::Printer;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer::new(&arguments.global, arguments.command.word());
    let exit = commands::run(&arguments, &printer).unwrap_or_else(|failure| {
        printer.failure(&failure);
        failure.exit
    });
    ExitCode::from(exit.status())
}
