use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::ledger::{self, AppliedRevision, EventDirection, Ledger, LedgerEvent};

use crate::args::Current;
use crate::beside::beside;
use crate::diagnose;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::revision::Summary;
use crate::render::table::Columns;
use crate::render::words;
use crate::settings::Environment;

pub fn run(_: &Current, project: &Project, printer: &Printer) -> Outcome {
    let environment = project.settings.need_database()?;
    let (history, found) = beside(|| project.history(), || look(project, &environment));
    let history = history?;
    let (database, ledger) = found?;
    let screen = Standing::of(&history, &ledger, project, environment.name.clone(), database);
    printer.show(Exit::Fine, &screen);
    Ok(Exit::Fine)
}

/// The database as screens name it, and its ledger.
fn look(project: &Project, environment: &Environment) -> Result<(String, Ledger), Failure> {
    if environment.is_missing() {
        return Ok((format!("{}, which is not there yet", project.place(environment, None)), Ledger::default()));
    }
    let mut driver = project.connect_existing(environment)?;
    let ledger = ledger::read(driver.as_mut()).map_err(|error| diagnose::ledger(&error))?;
    Ok((project.place(environment, Some(driver.as_ref())), ledger))
}

#[derive(Serialize)]
struct Standing {
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    database: String,
    /// Applied, and with nothing applied after them.
    revisions: Vec<Place>,
    /// How many revisions of the files are not applied.
    pending: usize,
    /// What to upgrade to.
    #[serde(skip)]
    target: Target,
    /// The revision that was begun and not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<RevisionId>,
    /// Whether it was being undone.
    #[serde(skip)]
    undoing: bool,
}

#[derive(Serialize)]
struct Place {
    id: RevisionId,
    message: String,
    applied_at: String,
    who: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<String>,
    stamped: bool,
    head: bool,
    /// `false` when no file is that revision.
    known: bool,
}

impl Standing {
    fn of(
        history: &History,
        ledger: &Ledger,
        project: &Project,
        environment: Option<String>,
        database: String,
    ) -> Self {
        let applied = ledger.standing();
        let ids = applied.keys().map(|id| (*id).clone()).collect();
        let place = |event: &&LedgerEvent| {
            let applied = AppliedRevision::from(*event);
            let summary = history.get(&applied.id).map(|revision| Summary::of(revision, history, &project.settings));
            Place {
                message: summary.as_ref().map_or_else(|| applied.message.unwrap_or_default(), Summary::words),
                id: applied.id,
                applied_at: applied.at,
                who: applied.who,
                deploy: applied.deploy,
                stamped: applied.stamped,
                head: summary.as_ref().is_some_and(|summary| summary.head),
                known: summary.is_some(),
            }
        };
        let heads = history.heads_among(&ids);
        let strangers = applied.values().filter(|event| !history.contains(&event.revision));
        let revisions =
            heads.into_iter().filter_map(|head| applied.get(&head.id)).chain(strangers).map(place).collect();
        let pending = history.upgrade_path(&ids, &Target::Heads).map_or(0, |path| path.len());
        let undoing = ledger.unfinished().is_some_and(|event| event.direction == EventDirection::Down);
        let unfinished = ledger.unfinished().map(|event| event.revision.clone());
        let target = if history.heads().len() > 1 { Target::Heads } else { Target::Head };
        Standing { environment, database, revisions, pending, target, unfinished, undoing }
    }
}

impl Screen for Standing {
    fn text(&self, detail: Detail) -> String {
        if detail == Detail::Quiet {
            return self.revisions.iter().map(|place| format!("{}\n", place.id)).collect();
        }
        let mut out = format!("{}\n", self.database.dimmed());
        let mut columns = Columns::default();
        for place in &self.revisions {
            let mark = match (place.head, place.known) {
                (_, false) => "(no file is this revision)".red().to_string(),
                (true, true) => "(head)".cyan().to_string(),
                (false, true) => String::new(),
            };
            let mut state = words::when(&place.applied_at);
            if place.stamped {
                state.push_str(", stamped");
            }
            if let Some(deploy) = &place.deploy {
                let _ = write!(state, ", deploy {deploy}");
            }
            if detail == Detail::Verbose {
                let _ = write!(state, ", by {}", place.who);
            }
            columns.row([place.id.yellow().to_string(), place.message.clone(), mark, state.dimmed().to_string()]);
        }
        if self.revisions.is_empty() {
            out.push_str("base: no revision is applied\n");
        }
        out.push_str(&columns.text(""));
        if let Some(id) = &self.unfinished {
            let (what, finish) = match self.undoing {
                true => ("begun to be undone", format!("whimbrel downgrade {id}-1")),
                false => ("begun", format!("whimbrel upgrade {}", self.target)),
            };
            let _ = writeln!(out, "`{id}` was {what} and not ended; to finish it: {}", finish.bold());
        } else if self.pending > 0 {
            let pending = words::counted(self.pending, "revision");
            let _ =
                writeln!(out, "{pending} pending; to apply: {}", format!("whimbrel upgrade {}", self.target).bold());
        }
        out
    }
}
