use std::collections::{BTreeMap, BTreeSet};

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::history::{GraphRow, History as Revisions, Target, TargetRange};
use whimbrel_plan::revision::{Phase, RevisionId};
use whimbrel_run::apply::waits_for_next_deploy;
use whimbrel_run::ledger::{self, AppliedRevision, Ledger};

use crate::args::History;
use crate::diagnose;
use crate::doors::{self, Around};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::revision::Summary;
use crate::render::table::Columns;
use crate::render::words;
use crate::settings::{Environment, Settings};

pub fn run(arguments: &History, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let known = if arguments.offline { None } else { known(project, &history, printer)? };
    let (ledger, around) = known.unzip();
    let applied = ledger.as_ref().map(Ledger::applied);
    let unfinished = ledger.as_ref().and_then(Ledger::unfinished).map(|event| &event.revision);
    let protected = match &ledger {
        Some(_) => project.settings.database()?.is_some_and(|environment| environment.protected),
        None => false,
    };
    let only = match &arguments.rev_range {
        Some(range) => Some(within(&history, range, applied.as_ref())?),
        None => None,
    };
    let rows = history.graph(only.as_ref());
    let rows = rows.iter().map(|row| {
        let unfinished = unfinished == Some(&row.revision.id);
        let waits = protected && row.revision.phase == Some(Phase::Contract);
        let waits = waits && ledger.as_ref().is_some_and(|it| waits_for_next_deploy(&history, it, row.revision));
        Row { unfinished, waits, ..Row::of(row, &history, applied.as_ref(), &project.settings) }
    });
    let rows: Vec<Row> = rows.collect();
    let around = around.unwrap_or_default();
    printer.show(Exit::Fine, &Drawn { known: applied.is_some(), revisions: rows, around });
    Ok(Exit::Fine)
}

type Applied = BTreeMap<RevisionId, AppliedRevision>;

/// What the database has, where there is one. The history can be read without, so one that does not answer is told and
/// no more.
fn known(project: &Project, history: &Revisions, printer: &Printer) -> Result<Option<(Ledger, Vec<Around>)>, Failure> {
    let Some(environment) = project.settings.database()? else { return Ok(None) };
    match read(project, &environment, history) {
        Ok(known) => Ok(Some(known)),
        Err(failure) => {
            let reason = failure.reports.last().map(|report| report.message.clone()).unwrap_or_default();
            printer.remark(&format!("{}: what is applied is not known: {reason}", "warning".yellow().bold()));
            Ok(None)
        }
    }
}

fn read(project: &Project, environment: &Environment, history: &Revisions) -> Result<(Ledger, Vec<Around>), Failure> {
    if environment.is_missing() {
        return Ok((Ledger::default(), Vec::new()));
    }
    let mut driver = project.connect_existing(environment)?;
    let failed = |error| diagnose::ledger(&error);
    let ledger = ledger::read(driver.as_mut()).map_err(failed)?;
    let around = match ledger.exists {
        true => doors::read(driver.as_mut(), &ledger, history).map_err(failed)?,
        false => Vec::new(),
    };
    Ok((ledger, around))
}

/// `from:to`, both ends included, as Alembic has it. A single target is itself.
fn within(history: &Revisions, text: &str, applied: Option<&Applied>) -> Result<BTreeSet<RevisionId>, Failure> {
    let applied = applied.map(|applied| applied.keys().cloned().collect()).unwrap_or_default();
    let range = match TargetRange::read(text, Target::Heads) {
        Some(range) => range,
        None => text.parse().map(|to: Target| TargetRange { from: to.clone(), to }),
    };
    let range = range.map_err(|error| diagnose::target(&error.into()))?;
    let ids = |target: &Target| -> Result<BTreeSet<RevisionId>, Failure> {
        let found = history.resolve(target, &applied).map_err(|error| diagnose::target(&error))?;
        Ok(found.into_iter().map(|revision| revision.id.clone()).collect())
    };
    let (from, to) = (ids(&range.from)?, ids(&range.to)?);
    let parents: BTreeSet<RevisionId> =
        from.iter().filter_map(|id| history.get(id)).flat_map(|revision| revision.parents.clone()).collect();
    let mut wanted = history.closure(&to);
    for id in history.closure(&parents) {
        wanted.remove(&id);
    }
    Ok(wanted)
}

#[derive(Serialize)]
struct Drawn {
    /// Whether a database could be asked what it has.
    #[serde(skip)]
    known: bool,
    revisions: Vec<Row>,
    /// Gates of a protected environment that somebody went around, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    around: Vec<Around>,
}

#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    summary: Summary,
    /// Left out where no database was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<String>,
    /// A run stopped within it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unfinished: bool,
    /// A contract that the deploy at hand may not run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    waits: bool,
    #[serde(skip)]
    graph: String,
    #[serde(skip)]
    short: String,
}

impl Row {
    fn of(row: &GraphRow<'_>, history: &Revisions, applied: Option<&Applied>, settings: &Settings) -> Self {
        let id = &row.revision.id;
        let entry = applied.and_then(|applied| applied.get(id));
        let mark = if entry.is_some() { '●' } else { '○' };
        Row {
            summary: Summary::of(row.revision, history, settings),
            applied: applied.map(|_| entry.is_some()),
            applied_at: entry.map(|entry| entry.at.clone()),
            deploy: entry.and_then(|entry| entry.deploy.clone()),
            unfinished: false,
            waits: false,
            graph: row.draw(mark),
            short: history.short(id).to_string(),
        }
    }

    fn state(&self) -> String {
        if self.unfinished {
            return "begun, and not ended".to_string();
        }
        match (self.applied, &self.applied_at, &self.deploy) {
            (Some(true), Some(at), Some(deploy)) => format!("{}, deploy {deploy}", words::when(at)),
            (Some(true), Some(at), None) => words::when(at),
            (Some(true), None, _) => "applied".to_string(),
            (Some(false), _, _) if self.waits => "waits for the next deploy".to_string(),
            (Some(false), _, _) => "pending".to_string(),
            (None, _, _) => String::new(),
        }
    }
}

impl Screen for Drawn {
    fn text(&self, detail: Detail) -> String {
        if self.revisions.is_empty() {
            return "there are no revisions yet\n".to_string();
        }
        let phases = self.revisions.iter().any(|row| row.summary.phase.is_some());
        let mut columns = Columns::default();
        for row in &self.revisions {
            let id = if detail == Detail::Verbose { row.summary.id.to_string() } else { row.short.clone() };
            let mut cells = vec![row.graph.clone(), id.yellow().to_string()];
            if phases {
                cells.push(row.summary.phase.map(Phase::word).unwrap_or_default().to_string());
            }
            let marks = match row.summary.labels.as_slice() {
                [] => String::new(),
                labels => format!(" ({})", labels.join(", ")).cyan().to_string(),
            };
            cells.push(row.summary.words() + &marks);
            cells.push(row.state().dimmed().to_string());
            if detail == Detail::Verbose {
                cells.push(row.summary.file.dimmed().to_string());
            }
            columns.row(cells);
        }
        let mut out = columns.text("");
        if !self.around.is_empty() && detail != Detail::Quiet {
            let mut columns = Columns::default();
            self.around.iter().for_each(|around| columns.row(around.cells()));
            out.push_str("\ngone around a gate:\n");
            out.push_str(&columns.text("  "));
        }
        if !self.known && detail == Detail::Verbose {
            out.push_str("no database was asked, so what is applied is not known\n");
        }
        out
    }
}
