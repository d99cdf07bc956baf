use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::apply::{self, Options};
use whimbrel_run::ledger;

use crate::applying;
use crate::args::{Global, Stamp};
use crate::diagnose;
use crate::failure::{Exit, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::protecting::{self, Said};

pub fn run(arguments: &Stamp, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let target = project.target(&arguments.revision)?;
    let environment = project.settings.need_database()?;
    let history = project.history()?;
    let mut driver = project.connect(&environment)?;
    let database = project.place(&environment, Some(driver.as_ref()));
    let mut options = Options::new(applying::actor(arguments.deploy.as_deref(), project));
    let said = Said::meant(&arguments.meant);
    options.protection = protecting::protection(project, &environment, &said, &global.again(), printer)?;
    let command = format!("whimbrel stamp {}{}", arguments.revision, global.again());
    let report = apply::stamp(driver.as_mut(), &history, &target, arguments.purge, &options, &mut |_| {})
        .map_err(|error| diagnose::apply(&error, &command, &project.settings))?;
    let applied = ledger::read(driver.as_mut()).map_err(|error| diagnose::ledger(&error))?.applied_ids();
    let at = history.heads_among(&applied).into_iter().map(|revision| revision.id.clone()).collect();
    let stamped = report.done.into_iter().map(|revision| revision.id).collect();
    printer.show(Exit::Fine, &Stamped { database, stamped, at });
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Stamped {
    database: String,
    /// Called applied now, and not before.
    stamped: Vec<RevisionId>,
    /// Where the database stands.
    at: Vec<RevisionId>,
}

impl Screen for Stamped {
    fn text(&self, _: Detail) -> String {
        let at = match self.at.as_slice() {
            [] => "base".to_string(),
            ids => ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and "),
        };
        format!("{}\nthe ledger says now: at {at}; nothing was run\n", self.database.dimmed())
    }
}
