use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_run::backfill::{self, Checkpoint, State};

use crate::applying;
use crate::args::{Backfill, BackfillAction};
use crate::diagnose;
use crate::failure::{Exit, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::words;

pub fn run(arguments: &Backfill, project: &Project, printer: &Printer) -> Outcome {
    let environment = project.settings.need_database()?;
    let mut driver = project.connect(&environment)?;
    let database = project.place(&environment, Some(driver.as_ref()));
    let actor = applying::actor(None, project);
    let asked = match arguments.action {
        BackfillAction::Status => None,
        BackfillAction::Pause => Some(backfill::ask(driver.as_mut(), Some(&actor))),
        BackfillAction::Resume => Some(backfill::ask(driver.as_mut(), None)),
    };
    let asked = asked.transpose().map_err(|error| diagnose::database(&error))?;
    let found = backfill::read(driver.as_mut()).map_err(|error| diagnose::database(&error))?;
    let backfills = found.iter().map(Shown::of).collect();
    printer.show(Exit::Fine, &Status { database, action: arguments.action, asked, backfills });
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Status {
    database: String,
    #[serde(skip)]
    action: BackfillAction,
    /// How many were asked to pause or to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<u64>,
    backfills: Vec<Shown>,
}

/// One backfill, as screens and programs are told of it.
#[derive(Serialize)]
pub struct Shown {
    table: String,
    state: &'static str,
    passed: u64,
    total: Option<u64>,
    changed: u64,
    pass: u64,
    proof: String,
    left: Option<u64>,
    started_at: String,
    moved_at: String,
    paused_by: Option<String>,
    waits: Option<String>,
}

impl Shown {
    pub fn of(checkpoint: &Checkpoint) -> Self {
        Shown {
            table: checkpoint.table.clone(),
            state: match (checkpoint.state, &checkpoint.paused_by) {
                (State::Done, _) => "done",
                (State::Running, Some(_)) => "paused",
                (State::Running, None) => "running",
            },
            passed: checkpoint.passed,
            total: checkpoint.total,
            changed: checkpoint.changed,
            pass: checkpoint.pass,
            proof: checkpoint.proof.clone(),
            left: checkpoint.left,
            started_at: checkpoint.started_at.clone(),
            moved_at: checkpoint.moved_at.clone(),
            paused_by: checkpoint.paused_by.clone(),
            waits: checkpoint.waits.clone(),
        }
    }

    pub fn line(&self) -> String {
        let changed = format!("{} rows changed", words::many(self.changed));
        let when = words::when(&self.moved_at);
        match (self.state, &self.paused_by) {
            ("done", _) => {
                let proof = match (self.proof.as_str(), self.left) {
                    ("once", _) => "each row once".to_string(),
                    (_, Some(left)) => format!("{left} left"),
                    (_, None) => "not counted".to_string(),
                };
                format!("{} {}  {changed}, {proof}, {when}", "✓".green(), self.table)
            }
            (_, paused_by) => {
                let far = match self.total.filter(|total| *total > 0 && self.pass == 0) {
                    Some(total) => format!("{} of {} rows", words::many(self.passed.min(total)), words::many(total)),
                    None => format!("pass {}", self.pass + 1),
                };
                let state = match (paused_by, &self.waits) {
                    (Some(by), _) => format!("paused by {by}"),
                    (None, Some(why)) => format!("waiting: {why}; last batch {when}"),
                    (None, None) => format!("last batch {when}"),
                };
                format!("{} {}  {far}, {changed}, {state}", "●".yellow(), self.table)
            }
        }
    }
}

impl Screen for Status {
    fn text(&self, _: Detail) -> String {
        let mut lines = vec![self.database.dimmed().to_string()];
        lines.extend(self.backfills.iter().map(|shown| format!("  {}", shown.line())));
        lines.push(match (self.action, self.asked) {
            (BackfillAction::Pause, Some(0)) | (BackfillAction::Resume, Some(0)) => {
                "no backfill is running".to_string()
            }
            (BackfillAction::Pause, _) => {
                "the batches pause after the one that runs; whimbrel backfill resume goes on".to_string()
            }
            (BackfillAction::Resume, _) => {
                "the batches go on, if their upgrade still runs; whimbrel upgrade goes on otherwise".to_string()
            }
            (BackfillAction::Status, _) if self.backfills.is_empty() => "no backfill was ever run here".to_string(),
            (BackfillAction::Status, _) => String::new(),
        });
        lines.retain(|line| !line.is_empty());
        lines.join("\n") + "\n"
    }
}
