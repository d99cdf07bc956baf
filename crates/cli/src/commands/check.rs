use std::collections::BTreeSet;
use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::Change;
use whimbrel_plan::autogenerate::suspected_renames;
use whimbrel_plan::diff::DiffOptions;
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::ddl_guard::Emergency;
use whimbrel_run::ledger::{self, AppliedRevision, EventDirection, Ledger, LedgerEvent};
use whimbrel_run::{Driver, apply, drift};
use whimbrel_schema::{Engine, Pair, Schema};

use crate::args::{Check, Global};
use crate::beside::beside;
use crate::desired;
use crate::diagnose;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::{Project, dialect};
use crate::render::revision::Summary;
use crate::render::words;
use crate::schemas::{self, Reach};
use crate::settings::Environment;

pub fn run(arguments: &Check, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let environment = project.settings.database()?;
    let without = match &environment {
        Some(_) if arguments.offline => Some("as asked".to_string()),
        None => Some("no database is named".to_string()),
        Some(environment) if environment.is_missing() => {
            Some(format!("{} is not there yet", project.place(environment, None)))
        }
        Some(_) => None,
    };
    // The database is read while the models are: each waits for something else.
    let read = environment.as_ref().filter(|_| without.is_none());
    let live = || read.map(|environment| Live::read(project, environment));
    let (live, history) = beside(live, || {
        let history = project.history()?;
        let compared = against_models(arguments, project, &history, environment.as_ref(), printer)?;
        if let Some(environment) = read {
            printer.now(format!("reading {}", project.place(environment, None)));
        }
        Ok((history, compared))
    });
    let (history, (models, folded)) = history?;
    let database = read.zip(live).map(|(environment, live)| in_database(project, &history, environment, live?, folded));
    let compared = Compared { models, database: database.transpose()?, without, again: global.again() };
    let exit = if compared.differ() { Exit::Differences } else { Exit::Fine };
    printer.show(exit, &compared);
    Ok(exit)
}

/// The models against what all revisions lead to, on each engine; and that schema on the database's engine, which took
/// long enough to be kept.
fn against_models(
    arguments: &Check,
    project: &Project,
    history: &History,
    environment: Option<&Environment>,
    printer: &Printer,
) -> Result<(Vec<Differences>, Option<Folded>), Failure> {
    let engines = project.settings.engines()?;
    let models = desired::read_if_there(project, &engines, printer)?;
    let all: BTreeSet<RevisionId> = history.revisions().iter().map(|revision| revision.id.clone()).collect();
    let reach = if arguments.offline { Reach::Offline } else { Reach::Server };
    let mut differences = Vec::new();
    let mut folded = None;
    // Without models there is nothing to compare on any engine.
    for (engine, models) in engines.into_iter().zip(models.iter().cycle()) {
        let dialect = dialect(engine)?;
        let desired = models.lower(project, dialect, printer)?;
        let from = schemas::of_history(project, history, &all, dialect)?;
        let mut pair = Pair::new(from, desired.schema);
        let options = DiffOptions { scope: desired.scope };
        let changes = schemas::compare(project, &mut pair, dialect, &options, reach, printer)?;
        differences.push(Differences::of(engine, &changes, Pair::new(&pair.from, &pair.to)));
        if environment.is_some_and(|environment| environment.url.engine() == engine) {
            folded = Some(Folded { revisions: all.clone(), schema: pair.from });
        }
    }
    Ok((differences, folded))
}

/// The schema that some revisions lead to.
struct Folded {
    revisions: BTreeSet<RevisionId>,
    schema: Schema,
}

/// A database as it is found.
struct Live {
    driver: Box<dyn Driver>,
    ledger: Ledger,
    schema: Schema,
}

impl Live {
    fn read(project: &Project, environment: &Environment) -> Result<Self, Failure> {
        let mut driver = project.connect_existing(environment)?;
        let ledger = ledger::read(driver.as_mut()).map_err(|error| diagnose::ledger(&error))?;
        let schema = driver.introspect().map_err(|error| diagnose::database(&error))?;
        Ok(Live { driver, ledger, schema })
    }
}

/// The database against what its own revisions lead to, and those revisions against the history.
fn in_database(
    project: &Project,
    history: &History,
    environment: &Environment,
    live: Live,
    folded: Option<Folded>,
) -> Result<InDatabase, Failure> {
    let Live { mut driver, ledger, schema } = live;
    let dialect = driver.dialect();
    let applied = ledger.applied_ids();
    let expected = match folded {
        Some(folded) if folded.revisions == applied => folded.schema,
        Some(_) | None => schemas::of_history(project, history, &applied, dialect)?,
    };
    let changes = drift::compare(driver.as_mut(), &expected, &schema).map_err(|error| diagnose::database(&error))?;
    let pending = history.upgrade_path(&applied, &Target::Heads).map_err(|error| diagnose::target(&error))?;
    let strays = apply::strays(history, &ledger);
    let last = ledger.events.iter().map(|event| event.started_at.as_str()).max().unwrap_or_default();
    let guard = driver.ddl_guard().map_err(|error| diagnose::database(&error))?;
    let emergencies = guard.into_iter().flat_map(|guard| guard.emergencies);
    let emergencies = emergencies.filter(|emergency| emergency.at.as_str() > last).collect();
    let ids = |revisions: Vec<AppliedRevision>| revisions.into_iter().map(|revision| revision.id).collect();
    Ok(InDatabase {
        database: project.place(environment, Some(driver.as_ref())),
        engine: dialect.engine(),
        changes: changes.iter().map(drift::words).collect(),
        pending: pending.into_iter().map(|revision| Summary::of(revision, history, &project.settings)).collect(),
        target: if history.heads().len() > 1 { Target::Heads } else { Target::Head },
        strangers: ids(strays.missing),
        edited: ids(strays.edited),
        unfinished: ledger.unfinished().map(Unfinished::of),
        emergencies,
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
    /// What the next command has to repeat of this one.
    #[serde(skip)]
    again: String,
}

#[derive(Serialize)]
struct Differences {
    engine: Engine,
    changes: Vec<String>,
    /// What looks like a rename, and how to say that it is one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    questions: Vec<String>,
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
    /// Revisions that the database has, and whose file says something else now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edited: Vec<RevisionId>,
    /// The revision at which an earlier run stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<Unfinished>,
    /// What came through the door of the database's guard since whimbrel last changed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    emergencies: Vec<Emergency>,
}

#[derive(Serialize)]
struct Unfinished {
    id: RevisionId,
    undoing: bool,
}

impl Unfinished {
    fn of(event: &LedgerEvent) -> Self {
        Unfinished { id: event.revision.clone(), undoing: event.direction == EventDirection::Down }
    }
}

impl Differences {
    fn of(engine: Engine, changes: &[Change], schemas: Pair<&Schema>) -> Self {
        let questions = suspected_renames(schemas, changes).iter().map(ToString::to_string).collect();
        Differences { engine, changes: changes.iter().map(Change::describe).collect(), questions }
    }
}

impl Compared {
    fn differ(&self) -> bool {
        let models = self.models.iter().any(|models| !models.changes.is_empty());
        models || self.database.as_ref().is_some_and(|database| !database.parts("").is_empty())
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
            let part = Part {
                told: "the models ask for what no revision does:".to_string(),
                differences: models.changes.clone(),
                questions: models.questions.clone(),
                notes: Vec::new(),
                next: format!("whimbrel revision --autogenerate -m \"…\"{}", self.again),
            };
            section(&mut out, &title, &part.or_none(), detail);
        }
        match &self.database {
            Some(database) => section(&mut out, "history ↔ database", &database.parts(&self.again), detail),
            None => {
                let why = self.without.as_deref().unwrap_or_default();
                let _ = writeln!(out, "{} history ↔ database: not compared, {why}", "-".dimmed());
            }
        }
        out
    }
}

impl InDatabase {
    /// What differs, kind by kind; nothing when all is well.
    fn parts(&self, again: &str) -> Vec<Part> {
        let upgrade = format!("whimbrel upgrade {}{again}", self.target);
        let half_way = self.unfinished.as_ref().map(|unfinished| Part {
            told: "an earlier run stopped half-way:".to_string(),
            differences: vec![match unfinished.undoing {
                true => format!("revision `{}` was begun to be undone, and not ended", unfinished.id),
                false => format!("revision `{}` was begun, and not ended", unfinished.id),
            }],
            questions: Vec::new(),
            notes: Vec::new(),
            next: match unfinished.undoing {
                true => format!("whimbrel downgrade {}-1{again}", unfinished.id),
                false => upgrade.clone(),
            },
        });
        let strangers = Part {
            told: "the database is ahead of the files:".to_string(),
            differences: told(&self.strangers, "is applied, and no file is that revision"),
            questions: Vec::new(),
            notes: Vec::new(),
            next: "get the files: another branch or a newer checkout has them".to_string(),
        };
        let edited = Part {
            told: "the files say something else than what was applied:".to_string(),
            differences: told(&self.edited, "was edited after it was applied"),
            questions: Vec::new(),
            notes: Vec::new(),
            next: "bring the files back as they were, and write the change as a new revision".to_string(),
        };
        let begun = |id: &RevisionId| self.unfinished.as_ref().is_some_and(|unfinished| unfinished.id == *id);
        let pending = self.pending.iter().filter(|revision| !begun(&revision.id));
        let pending = Part {
            told: "the database has not yet:".to_string(),
            differences: pending.map(|revision| format!("revision `{}` {}", revision.id, revision.words())).collect(),
            questions: Vec::new(),
            notes: Vec::new(),
            next: upgrade,
        };
        // While what was run and what the files say are not the same, nobody did these beside anything.
        let explained = self.unfinished.is_some() || !self.strangers.is_empty() || !self.edited.is_empty();
        let (what, next) = match explained {
            true => ("is not what the files make", "see to the revisions above first"),
            false => ("was changed beside its revisions", "write it as a revision, or undo it in the database"),
        };
        let changes = Part {
            told: format!("{} {what}:", self.database),
            differences: self.changes.clone(),
            questions: Vec::new(),
            notes: self.emergencies.iter().map(through_the_door).collect(),
            next: next.to_string(),
        };
        let parts = half_way.into_iter().chain([strangers, edited, pending, changes]);
        parts.filter(|part| !part.differences.is_empty()).collect()
    }
}

fn through_the_door(emergency: &Emergency) -> String {
    let Emergency { at, login, command, objects, reason, .. } = emergency;
    format!("{} `{login}` did {command} of {objects} through the emergency door: {reason}", words::when(at))
}

fn told(ids: &[RevisionId], what: &str) -> Vec<String> {
    ids.iter().map(|id| format!("revision `{id}` {what}")).collect()
}

/// Differences of one kind, and what to do about them.
struct Part {
    told: String,
    differences: Vec<String>,
    questions: Vec<String>,
    /// What is known of how it came about.
    notes: Vec<String>,
    next: String,
}

impl Part {
    fn or_none(self) -> Vec<Part> {
        if self.differences.is_empty() { Vec::new() } else { vec![self] }
    }
}

/// One comparison: a mark, what was compared, and each difference on a line of its own.
fn section(out: &mut String, title: &str, parts: &[Part], detail: Detail) {
    if parts.is_empty() {
        if detail != Detail::Quiet {
            let _ = writeln!(out, "{} {title}: no difference", "✓".green());
        }
        return;
    }
    let count = parts.iter().map(|part| part.differences.len()).sum();
    let _ = writeln!(out, "{} {title}: {}", "✗".red().bold(), words::counted(count, "difference"));
    for part in parts {
        if detail != Detail::Quiet {
            let _ = writeln!(out, "  {}", part.told);
        }
        for difference in &part.differences {
            let _ = writeln!(out, "    {difference}");
        }
        for question in &part.questions {
            let _ = writeln!(out, "    {} {question}", "?".yellow());
        }
        for note in &part.notes {
            let _ = writeln!(out, "    {}", note.dimmed());
        }
        if detail != Detail::Quiet {
            let _ = writeln!(out, "  next  {}", part.next.bold());
        }
    }
}
