use std::fmt::Write as _;
use std::time::Duration;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::apply::{self, Options, Waiting};
use whimbrel_run::backfill::{self, State};
use whimbrel_run::ledger::{self, DeployRow, EventDirection, Ledger, LedgerEvent, StatementOutcome};
use whimbrel_run::{AtWork, Deploy, Driver};

use crate::args::Status;
use crate::commands::backfill::Shown;
use crate::doors::{self, Around};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::table::Columns;
use crate::render::words;
use crate::{applying, deploy, diagnose, environment, waiting};

/// So many are shown; `history` has them all.
const MOST_AROUND: usize = 3;

pub fn run(_: &Status, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let names = project.settings.environments();
    let mut environments = Vec::new();
    if project.settings.names_database() || names.len() < 2 {
        environments.push(look(project, &history)?);
    } else {
        // One that does not answer is no reason to say nothing of the others.
        for name in names {
            let project = Project { settings: project.settings.on(&name) };
            environments.push(look(&project, &history).unwrap_or_else(|failure| Stands::silent(name, &failure)));
        }
    }
    let exit = environments.iter().map(|it| it.exit).find(|exit| *exit != Exit::Fine).unwrap_or(Exit::Fine);
    printer.show(exit, &AllStand { environments });
    Ok(exit)
}

fn look(project: &Project, history: &History) -> Result<Stands, Failure> {
    let stage = project.settings.need_database()?;
    let mut stands = Stands { environment: stage.name.clone(), ..Stands::default() };
    if stage.is_missing() {
        stands.database = format!("{}, which is not there yet", project.place(&stage, None));
        stands.pending = history.len();
        return Ok(stands);
    }
    let mut driver = project.connect_existing(&stage)?;
    let driver = driver.as_mut();
    stands.database = project.place(&stage, Some(driver));
    let ledger = ledger::read(driver).map_err(|error| diagnose::ledger(&error))?;
    let applied = ledger.applied_ids();
    let standing = ledger.standing();
    let heads = history.heads_among(&applied).into_iter().filter_map(|head| standing.get(&head.id));
    stands.at = heads.map(|event| At::of(event, history)).collect();
    stands.pending = history.upgrade_path(&applied, &Target::Heads).map_or(0, |path| path.len());
    stands.deploy = ledger::deploys(driver).map_err(|error| diagnose::ledger(&error))?.pop();
    if ledger.exists {
        stands.around = doors::read(driver, &ledger, history).map_err(|error| diagnose::ledger(&error))?;
        stands.around.truncate(MOST_AROUND);
    }
    stands.unfinished = unfinished(driver, &ledger, history)?;
    stands.at_work = driver.at_work().map_err(|error| diagnose::database(&error))?.map(Work::of);
    if stands.unfinished.is_some() {
        let backfills = backfill::read(driver).map_err(|error| diagnose::database(&error))?;
        stands.backfills = backfills.iter().filter(|it| it.state == State::Running).map(Shown::of).collect();
    }
    // Where deploys are named, the next one will be.
    let named = environment::value(environment::DEPLOY).or_else(|| {
        stands.deploy.as_ref().filter(|last| !deploy::is_named_by_commit(last)).map(|last| last.label.clone())
    });
    let mut options = Options::new(applying::actor(environment::value(environment::DEPLOY).as_deref(), project));
    // The code here is what came by last, unless it says otherwise.
    if let (Some(this), Some(last)) = (&mut options.actor.deploy, &stands.deploy)
        && this.commit == last.commit
    {
        this.label.clone_from(&last.label);
    }
    if let (None, Some(last)) = (&options.actor.deploy, &stands.deploy) {
        options.actor.deploy = Some(Deploy { label: last.label.clone(), commit: last.commit.clone() });
    }
    options.contracts = deploy::gate(project, &stage, named.as_deref(), None);
    match apply::waiting(driver, history, &Target::Heads, &options) {
        Ok(waiting) => stands.wait(waiting, history),
        Err(error) => {
            let failure = diagnose::apply(&error, "whimbrel upgrade head", &project.settings);
            stands.refused = Some(Refused::of(&failure));
        }
    }
    Ok(stands)
}

/// What was begun and not ended: by a run that goes on now, or by one that stopped.
fn unfinished(driver: &mut dyn Driver, ledger: &Ledger, history: &History) -> Result<Option<Unfinished>, Failure> {
    let Some(event) = ledger.unfinished() else { return Ok(None) };
    let failed = |error: whimbrel_run::DriverError| diagnose::database(&error);
    let running = match driver.lock(Duration::ZERO).map_err(failed)? {
        true => {
            driver.unlock().map_err(failed)?;
            false
        }
        false => true,
    };
    let rows = ledger::statements_of(driver, event.seq).map_err(|error| diagnose::ledger(&error))?;
    let done = rows.iter().filter(|row| row.outcome == StatementOutcome::Done).count();
    let engine = driver.dialect();
    let of = history.get(&event.revision).and_then(|revision| {
        let direction = match event.direction {
            EventDirection::Down | EventDirection::Unstamp => whimbrel_plan::revision::Direction::Down,
            EventDirection::Up | EventDirection::Stamp => whimbrel_plan::revision::Direction::Up,
        };
        revision.statements(direction, engine).ok().map(|statements| statements.len())
    });
    Ok(Some(Unfinished {
        revision: event.revision.clone(),
        short: history.short(&event.revision).to_string(),
        message: event.message.clone().unwrap_or_default(),
        running,
        undoing: event.direction == EventDirection::Down,
        done,
        of,
        began_at: event.started_at.clone(),
        who: event.who.clone(),
    }))
}

#[derive(Serialize)]
struct AllStand {
    environments: Vec<Stands>,
}

#[derive(Serialize)]
struct Stands {
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    database: String,
    at: Vec<At>,
    pending: usize,
    /// The last deploy that came by.
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<DeployRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<Unfinished>,
    /// What the run that has the lock does now.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_work: Option<Work>,
    /// How far those are that were begun and not ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    backfills: Vec<Shown>,
    /// The last gates that somebody went around.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    around: Vec<Around>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<Waiting>,
    #[serde(skip)]
    waits: Vec<[String; 2]>,
    /// Why an upgrade would not begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
    #[serde(skip)]
    exit: Exit,
}

impl Default for Stands {
    fn default() -> Self {
        Stands {
            environment: None,
            database: String::new(),
            at: Vec::new(),
            pending: 0,
            deploy: None,
            unfinished: None,
            at_work: None,
            backfills: Vec::new(),
            around: Vec::new(),
            waiting: Vec::new(),
            waits: Vec::new(),
            refused: None,
            exit: Exit::Fine,
        }
    }
}

#[derive(Serialize)]
struct At {
    id: RevisionId,
    #[serde(skip)]
    short: String,
    message: String,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<String>,
}

/// Why an upgrade would not begin, and what helps.
#[derive(Serialize, Default)]
struct Refused {
    why: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    next: Vec<String>,
}

impl Refused {
    fn of(failure: &Failure) -> Self {
        let Some(report) = failure.reports.last() else { return Refused::default() };
        let notes = report.notes.iter().flat_map(|note| note.text.lines().map(str::to_string));
        Refused { why: report.message.clone(), more: notes.collect(), next: failure.next.clone() }
    }
}

/// The run that has the lock.
#[derive(Serialize)]
struct Work {
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<String>,
    /// Sessions whose locks it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    behind: Vec<i64>,
    seems_gone: bool,
}

impl Work {
    fn of(run: AtWork) -> Self {
        Work {
            seems_gone: run.seems_gone(),
            pid: run.pid,
            client: run.client,
            statement: run.statement,
            seconds: run.lasts.map(|lasts| lasts.as_secs_f64()),
            progress: run.progress.map(|progress| progress.to_string()),
            behind: run.behind,
        }
    }

    fn lines(&self) -> Vec<[String; 2]> {
        let lasts = self.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(words::duration);
        let lasts = lasts.map(|lasts| format!("for {lasts}")).unwrap_or_default();
        let who: Vec<String> =
            self.pid.map(|pid| format!("pid {pid}")).into_iter().chain(self.client.clone()).collect();
        let who = who.join(", ");
        let mut lines = Vec::new();
        let mut line = |label: &str, text: String| lines.push([label.to_string(), text]);
        match (&self.statement, self.seems_gone) {
            (Some(statement), _) => line("now", format!("{statement}  {}", format!("{lasts}, {who}").dimmed())),
            (None, false) => line("now", format!("between two statements  {}", who.dimmed())),
            (None, true) => {
                line("stuck", format!("{who} has the lock, and has done nothing {lasts}"));
                line("", format!("next  {}", "whimbrel repair".bold()));
            }
        }
        if let Some(progress) = &self.progress {
            line("", progress.clone());
        }
        if !self.behind.is_empty() {
            let pids: Vec<String> = self.behind.iter().map(|pid| format!("pid {pid}")).collect();
            line("", format!("waits for a lock of {}", pids.join(", ")));
        }
        lines
    }
}

#[derive(Serialize)]
struct Unfinished {
    revision: RevisionId,
    #[serde(skip)]
    short: String,
    message: String,
    /// A run has the lock now.
    running: bool,
    undoing: bool,
    done: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<usize>,
    began_at: String,
    who: String,
}

impl At {
    fn of(event: &LedgerEvent, history: &History) -> Self {
        At {
            id: event.revision.clone(),
            short: history.short(&event.revision).to_string(),
            message: event.message.clone().unwrap_or_default(),
            at: event.finished_at.clone().unwrap_or_else(|| event.started_at.clone()),
            deploy: event.deploy.clone(),
        }
    }
}

impl Stands {
    fn silent(name: String, failure: &Failure) -> Self {
        let why = failure.reports.last().map(|report| report.message.clone()).unwrap_or_default();
        let refused = Some(Refused { why: format!("nothing is known of it: {why}"), ..Refused::default() });
        Stands { environment: Some(name.clone()), database: name, refused, exit: failure.exit, ..Stands::default() }
    }

    fn wait(&mut self, waiting: Vec<Waiting>, history: &History) {
        for one in &waiting {
            let what = format!("{} ({})", history.short(&one.revision), one.phase);
            let reasons = one.reasons.iter().map(|reason| waiting::words(reason, history));
            self.waits.push([what, reasons.collect::<Vec<_>>().join("; ")]);
        }
        self.waiting = waiting;
    }

    fn lines(&self) -> Vec<[String; 2]> {
        let mut lines = Vec::new();
        let mut line = |label: &str, text: String| lines.push([label.to_string(), text]);
        for at in &self.at {
            let deploy = at.deploy.as_ref().map(|deploy| format!(", deploy {deploy}")).unwrap_or_default();
            let since = format!("{}{deploy}", words::when(&at.at)).dimmed().to_string();
            line("at", format!("{}  {}  {since}", at.short.yellow(), at.message));
        }
        if self.at.is_empty() && self.refused.is_none() {
            line("at", "base: no revision is applied".to_string());
        }
        if let Some(deploy) = &self.deploy {
            line("deploy", format!("{}, {}", deploy.label, words::when(&deploy.at)));
        }
        if let Some(it) = &self.unfinished {
            let word = match (it.running, it.undoing) {
                (true, _) => "running",
                (false, _) => "stopped",
            };
            let way = if it.undoing { "undoing " } else { "" };
            let of = it.of.map(|of| format!(" of {}", words::counted(of, "statement"))).unwrap_or_default();
            let since = words::when(&it.began_at);
            line(
                word,
                format!(
                    "{way}{}  {}  {} done{of}, begun {since} by {}",
                    it.short.yellow(),
                    it.message,
                    it.done,
                    it.who
                ),
            );
        }
        if let Some(work) = &self.at_work {
            work.lines().into_iter().for_each(|[label, text]| line(&label, text));
        }
        for backfill in &self.backfills {
            line("backfill", backfill.line());
        }
        if self.pending > 0 {
            let ready = self.pending - self.waiting.len().min(self.pending);
            let waits = match self.waiting.len() {
                0 => String::new(),
                count => format!(", {ready} may run now, {count} held back"),
            };
            line("pending", format!("{}{waits}", words::counted(self.pending, "revision")));
        } else if self.refused.is_none() {
            line("pending", "nothing".to_string());
        }
        for around in &self.around {
            let [gate, of, reason, who] = around.cells();
            line("around", format!("{of} {gate}: {reason}  {who}"));
        }
        for [what, why] in &self.waits {
            line("waits", format!("{}: {why}", what.yellow()));
        }
        if let Some(refused) = &self.refused {
            line("refused", refused.why.clone());
            refused.more.iter().for_each(|more| line("", more.clone()));
            for (at, next) in refused.next.iter().enumerate() {
                line("", format!("{}  {}", if at == 0 { "next" } else { "or  " }, next.bold()));
            }
        }
        lines
    }
}

impl Screen for AllStand {
    fn text(&self, detail: Detail) -> String {
        let mut out = String::new();
        for (number, stands) in self.environments.iter().enumerate() {
            if detail == Detail::Quiet {
                let name = stands.environment.as_ref().unwrap_or(&stands.database);
                let _ = writeln!(out, "{name} {} pending, {} waiting", stands.pending, stands.waiting.len());
                continue;
            }
            if number > 0 {
                out.push('\n');
            }
            let _ = writeln!(out, "{}", stands.database.bold());
            let mut columns = Columns::default();
            for [label, text] in stands.lines() {
                columns.row([label.dimmed().to_string(), text]);
            }
            out.push_str(&columns.text("  "));
        }
        out
    }
}
