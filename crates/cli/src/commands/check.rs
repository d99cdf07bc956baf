use std::collections::BTreeSet;
use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::Change;
use whimbrel_plan::diff::DiffOptions;
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::{drift, ledger};
use whimbrel_schema::{Engine, Pair};

use crate::args::Check;
use crate::desired;
use crate::diagnose;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::{Project, dialect};
use crate::render::revision::Summary;
use crate::render::words;
use crate::schemas;
use crate::settings::Environment;

pub fn run(arguments: &Check, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let engines = project.settings.engines()?;
    let models = desired::read_if_there(project, &engines)?;
    let heads: BTreeSet<RevisionId> = history.revisions().iter().map(|revision| revision.id.clone()).collect();
    let mut compared = Compared { models: Vec::new(), database: None, without: None };
    // Without models there is nothing to compare on any engine.
    for (engine, models) in engines.into_iter().zip(models.iter().cycle()) {
        let dialect = dialect(engine)?;
        let desired = models.lower(project, dialect, printer)?;
        let from = schemas::of_history(project, &history, &heads, dialect)?;
        let mut pair = Pair::new(from, desired.schema);
        let options = DiffOptions { scope: desired.scope };
        let changes = schemas::compare(&mut pair, dialect, &options, || schemas::server(project, engine))?;
        compared.models.push(Differences::of(engine, &changes));
    }
    match project.settings.database()? {
        Some(_) if arguments.offline => compared.without = Some("as asked".to_string()),
        None => compared.without = Some("no database is named".to_string()),
        Some(environment) if environment.is_missing() => {
            compared.without = Some(format!("{} is not there yet", project.place(&environment, None)));
        }
        Some(environment) => compared.database = Some(in_database(project, &history, &environment)?),
    }
    let exit = if compared.differ() { Exit::Differences } else { Exit::Fine };
    printer.show(exit, &compared);
    Ok(exit)
}

/// The database against what its own revisions lead to, and those revisions against the history.
fn in_database(project: &Project, history: &History, environment: &Environment) -> Result<InDatabase, Failure> {
    let mut driver = project.connect_existing(environment)?;
    let dialect = driver.dialect();
    let applied = ledger::read(driver.as_mut()).map_err(|error| diagnose::ledger(&error))?.applied_ids();
    let live = driver.introspect().map_err(|error| diagnose::database(&error))?;
    let expected = schemas::of_history(project, history, &applied, dialect)?;
    let changes = drift::compare(driver.as_mut(), &expected, &live).map_err(|error| diagnose::database(&error))?;
    let pending = history.upgrade_path(&applied, &Target::Heads).map_err(|error| diagnose::target(&error))?;
    Ok(InDatabase {
        database: project.place(environment, Some(driver.as_ref())),
        engine: dialect.engine(),
        changes: changes.iter().map(drift::words).collect(),
        pending: pending.into_iter().map(|revision| Summary::of(revision, history, &project.settings)).collect(),
        target: if history.heads().len() > 1 { Target::Heads } else { Target::Head },
        strangers: applied.into_iter().filter(|id| !history.contains(id)).collect(),
    })
}

#[derive(Serialize)]
struct Compared {
    /// What the models ask for beyond the history, for each engine.
    models: Vec<Differences>,
    database: Option<InDatabase>,
    /// Why no database was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    without: Option<String>,
}

#[derive(Serialize)]
struct Differences {
    engine: Engine,
    changes: Vec<String>,
}

#[derive(Serialize)]
struct InDatabase {
    database: String,
    engine: Engine,
    /// What was done to the database beside its revisions.
    changes: Vec<String>,
    /// Revisions that the database has not.
    pending: Vec<Summary>,
    /// What to upgrade to.
    #[serde(skip)]
    target: Target,
    /// Revisions that the database has, and no file is.
    strangers: Vec<RevisionId>,
}

impl Differences {
    fn of(engine: Engine, changes: &[Change]) -> Self {
        Differences { engine, changes: changes.iter().map(Change::describe).collect() }
    }
}

impl Compared {
    fn differ(&self) -> bool {
        let models = self.models.iter().any(|models| !models.changes.is_empty());
        models || self.database.as_ref().is_some_and(InDatabase::differs)
    }
}

impl InDatabase {
    fn differs(&self) -> bool {
        !(self.changes.is_empty() && self.pending.is_empty() && self.strangers.is_empty())
    }
}

impl Screen for Compared {
    fn text(&self, detail: Detail) -> String {
        let mut out = String::new();
        if self.models.is_empty() {
            let _ = writeln!(out, "{} models ↔ history: no models were found", "-".dimmed());
        }
        for models in &self.models {
            let title = match self.models.len() {
                1 => "models ↔ history".to_string(),
                _ => format!("models ↔ history, on {}", models.engine.title()),
            };
            let next = "whimbrel revision --autogenerate -m \"…\"";
            let told = "the models ask for what no revision does:";
            section(&mut out, &title, told, &models.changes, next, detail);
        }
        match &self.database {
            Some(database) => database.text(&mut out, detail),
            None => {
                let why = self.without.as_deref().unwrap_or_default();
                let _ = writeln!(out, "{} history ↔ database: not compared, {why}", "-".dimmed());
            }
        }
        out
    }
}

impl InDatabase {
    fn text(&self, out: &mut String, detail: Detail) {
        let strangers: Vec<String> = self
            .strangers
            .iter()
            .map(|id| format!("revision `{id}` is applied, and no file is that revision"))
            .collect();
        if !strangers.is_empty() {
            let next = "get the files: another branch or a newer checkout has them";
            section(out, "history ↔ database", "the database is ahead of the files:", &strangers, next, detail);
        }
        let pending: Vec<String> =
            self.pending.iter().map(|revision| format!("revision `{}` {}", revision.id, revision.words())).collect();
        if !pending.is_empty() {
            let next = format!("whimbrel upgrade {}", self.target);
            section(out, "history ↔ database", "the database has not yet:", &pending, &next, detail);
        }
        if !self.changes.is_empty() || (pending.is_empty() && strangers.is_empty()) {
            let told = format!("{} was changed beside its revisions:", self.database);
            let next = "write it as a revision, or undo it in the database";
            section(out, "history ↔ database", &told, &self.changes, next, detail);
        }
    }
}

/// One comparison: a mark, what was compared, and each difference on a line of its own.
fn section(out: &mut String, title: &str, told: &str, differences: &[String], next: &str, detail: Detail) {
    if differences.is_empty() {
        if detail != Detail::Quiet {
            let _ = writeln!(out, "{} {title}: no difference", "✓".green());
        }
        return;
    }
    let count = words::counted(differences.len(), "difference");
    let _ = writeln!(out, "{} {title}: {count}", "✗".red().bold());
    if detail != Detail::Quiet {
        let _ = writeln!(out, "  {told}");
    }
    for difference in differences {
        let _ = writeln!(out, "    {difference}");
    }
    if detail != Detail::Quiet {
        let _ = writeln!(out, "  next  {}", next.bold());
    }
}
