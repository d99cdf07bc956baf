use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_run::ddl_guard::DdlGuard;
use whimbrel_run::protect::Work;
use whimbrel_run::{DriverError, DriverErrorKind};

use crate::args::{self, Global, GuardCommand};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::protecting::{self, Said};
use crate::render::{table::Columns, words};
use crate::{applying, diagnose};

pub fn run(arguments: &args::Guard, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let environment = project.settings.need_database()?;
    let mut driver = project.connect_existing(&environment)?;
    let database = project.place(&environment, Some(driver.as_ref()));
    let driver = driver.as_mut();
    let word = match &arguments.command {
        None | Some(GuardCommand::Status) => None,
        Some(GuardCommand::Install(_)) => Some("install"),
        Some(GuardCommand::Remove) => Some("remove"),
    };
    if let Some(word) = word {
        let said = Said::meant(&arguments.meant);
        let protection = protecting::protection(project, &environment, &said, &global.again(), printer)?;
        let command = format!("whimbrel guard {word}{}", global.again());
        let actor = applying::actor(None, project);
        protecting::ask_and_write_down(driver, protection.as_ref(), Work::Guard, &command, &actor)?;
    }
    let before = driver.ddl_guard().map_err(|error| failed(&error))?;
    let done = match &arguments.command {
        None | Some(GuardCommand::Status) => Done::Nothing,
        Some(GuardCommand::Install(install)) => {
            driver.install_ddl_guard(&install.allow_role).map_err(|error| failed(&error))?;
            Done::Installed
        }
        Some(GuardCommand::Remove) => {
            driver.remove_ddl_guard().map_err(|error| failed(&error))?;
            // What came through the door is told once more before it goes with the guard.
            let shown = Shown { database, done: Done::Removed, guard: before };
            printer.show(Exit::Fine, &shown);
            return Ok(Exit::Fine);
        }
    };
    let guard = driver.ddl_guard().map_err(|error| failed(&error))?;
    let exit = match &guard {
        Some(guard) if !guard.disabled.is_empty() => Exit::Differences,
        Some(_) | None => Exit::Fine,
    };
    printer.show(exit, &Shown { database, done, guard });
    Ok(exit)
}

fn failed(error: &DriverError) -> Failure {
    match error.kind {
        DriverErrorKind::Unsupported => Failure::usage("guard", error.message.clone())
            .note("because", "only PostgreSQL has triggers for changes of the schema"),
        _ => diagnose::database(error),
    }
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Done {
    Nothing,
    Installed,
    Removed,
}

#[derive(Serialize)]
struct Shown {
    database: String,
    done: Done,
    guard: Option<DdlGuard>,
}

impl Screen for Shown {
    fn text(&self, _: Detail) -> String {
        let mut out = format!("{}\n", self.database.dimmed());
        let Some(guard) = &self.guard else {
            let told = match self.done {
                Done::Removed => "there was no guard",
                Done::Nothing | Done::Installed => "no guard: whoever has the right changes the schema past whimbrel",
            };
            let next = match self.done {
                Done::Removed => String::new(),
                Done::Nothing | Done::Installed => format!("next  {}\n", "whimbrel guard install".bold()),
            };
            return format!("{out}{told}\n{next}");
        };
        let _ = match self.done {
            Done::Installed => {
                writeln!(out, "changes of the schema go through whimbrel from now on; others are refused")
            }
            Done::Removed => writeln!(out, "the guard is removed, and what it wrote down with it"),
            Done::Nothing if guard.disabled.is_empty() => {
                let when = words::when(&guard.installed_at);
                writeln!(out, "changes of the schema go through whimbrel ({when}, {})", guard.installed_by)
            }
            Done::Nothing => {
                let parts = guard.disabled.join(", ");
                let _ = writeln!(out, "{} the guard is not whole: {parts}", "✗".red().bold());
                writeln!(out, "  next  {}", "whimbrel guard install".bold())
            }
        };
        if !guard.allowed_roles.is_empty() {
            let _ = writeln!(out, "let through: {}", guard.allowed_roles.join(", "));
        }
        if self.done == Done::Installed {
            let _ = writeln!(out, "in an emergency: SET whimbrel.emergency = 'reason'   (it is written down)");
        }
        if !guard.emergencies.is_empty() {
            let count = words::counted(guard.emergencies.len(), "change");
            let _ = writeln!(out, "{count} came through the emergency door:");
            let mut columns = Columns::default();
            for emergency in &guard.emergencies {
                let who = match &emergency.address {
                    Some(address) => format!("{} from {address}", emergency.login),
                    None => emergency.login.clone(),
                };
                columns.row([
                    words::when(&emergency.at),
                    who,
                    format!("{} {}", emergency.command, emergency.objects),
                    emergency.reason.clone(),
                ]);
            }
            out.push_str(&columns.text("  "));
        }
        out
    }
}
