//! One file per command.

mod backfill;
pub mod backup;
mod branches;
mod check;
mod completions;
mod current;
mod downgrade;
mod edit;
mod explain;
mod guard;
mod heads;
mod history;
mod init;
mod kept;
mod lint;
mod man;
mod merge;
mod plan;
mod refs;
pub mod rehearse;
mod repair;
mod revision;
mod schema;
mod show;
mod stamp;
mod status;
mod tour;
mod upgrade;

use crate::args::{Arguments, Command};
use crate::failure::Outcome;
use crate::lint::report::Format;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::project::Project;

pub fn run(arguments: &Arguments, printer: &Printer) -> Outcome {
    let global = &arguments.global;
    let project = || Project::open(global);
    // What takes long says so; runs tell what they are at themselves, and an editor has the terminal.
    let _progress = match &arguments.command {
        Command::Upgrade(_) | Command::Downgrade(_) | Command::Edit(_) | Command::Tour(_) => None,
        Command::Completions(_) | Command::Man(_) | Command::Init(_) => None,
        Command::Explain(_) => None,
        Command::Revision(_)
        | Command::Check(_)
        | Command::Schema(_)
        | Command::Stamp(_)
        | Command::Repair(_)
        | Command::Kept(_)
        | Command::Backup(_)
        | Command::Guard(_)
        | Command::Lint(_)
        | Command::Backfill(_)
        | Command::Refs(_)
        | Command::Status(_)
        | Command::Rehearse(_)
        | Command::Plan(_) => Some(Progress::new(printer)),
        Command::Current(_) | Command::History(_) | Command::Heads(_) => Some(Progress::new(printer)),
        Command::Branches(_) | Command::Show(_) | Command::Merge(_) => Some(Progress::new(printer)),
    };
    printer.now("reading the revisions");
    match &arguments.command {
        Command::Init(command) => init::run(command, printer),
        Command::Revision(command) => revision::run(command, &project()?, printer),
        Command::Upgrade(command) => upgrade::run(command, global, &project()?, printer),
        Command::Downgrade(command) => downgrade::run(command, global, &project()?, printer),
        Command::Backfill(command) => backfill::run(command, &project()?, printer),
        Command::Current(command) => current::run(command, &project()?, printer),
        Command::Status(command) => status::run(command, &project()?, printer),
        Command::History(command) => history::run(command, &project()?, printer),
        Command::Heads(command) => heads::run(command, &project()?, printer),
        Command::Branches(command) => branches::run(command, &project()?, printer),
        Command::Show(command) => show::run(command, &project()?, printer),
        Command::Merge(command) => merge::run(command, &project()?, printer),
        Command::Stamp(command) => stamp::run(command, global, &project()?, printer),
        Command::Repair(command) => repair::run(command, global, &project()?, printer),
        Command::Guard(command) => guard::run(command, global, &project()?, printer),
        Command::Kept(command) => kept::run(command, global, &project()?, printer),
        Command::Backup(command) => backup::run(command, global, &project()?, printer),
        Command::Edit(command) => edit::run(command, &project()?, printer),
        Command::Check(command) => check::run(command, global, &project()?, printer),
        Command::Lint(command) => lint::run(command, global, printer),
        Command::Plan(command) => plan::run(command, &project()?, printer),
        Command::Rehearse(command) => rehearse::run(command, global, &project()?, printer),
        Command::Refs(command) => refs::run(command, &project()?, printer),
        Command::Explain(command) => explain::run(command, printer),
        Command::Schema(command) => schema::run(command, &project()?, printer),
        Command::Tour(command) => tour::run(command, printer),
        Command::Completions(command) => completions::run(command, printer),
        Command::Man(command) => man::run(command, printer),
    }
}

impl Command {
    /// Whether it was asked for JSON in words of its own.
    pub fn wants_json(&self) -> bool {
        matches!(self, Command::Lint(lint) if lint.format == Format::Json)
    }

    /// The word on the command line, for `--json`.
    pub fn word(&self) -> &'static str {
        match self {
            Command::Init(_) => "init",
            Command::Revision(_) => "revision",
            Command::Upgrade(_) => "upgrade",
            Command::Downgrade(_) => "downgrade",
            Command::Backfill(_) => "backfill",
            Command::Current(_) => "current",
            Command::History(_) => "history",
            Command::Heads(_) => "heads",
            Command::Branches(_) => "branches",
            Command::Show(_) => "show",
            Command::Merge(_) => "merge",
            Command::Stamp(_) => "stamp",
            Command::Repair(_) => "repair",
            Command::Guard(_) => "guard",
            Command::Kept(_) => "kept",
            Command::Backup(_) => "backup",
            Command::Edit(_) => "edit",
            Command::Check(_) => "check",
            Command::Lint(_) => "lint",
            Command::Plan(_) => "plan",
            Command::Rehearse(_) => "rehearse",
            Command::Refs(_) => "refs",
            Command::Status(_) => "status",
            Command::Explain(_) => "explain",
            Command::Schema(_) => "schema",
            Command::Tour(_) => "tour",
            Command::Completions(_) => "completions",
            Command::Man(_) => "man",
        }
    }
}
