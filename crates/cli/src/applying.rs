//! What `upgrade` and `downgrade` share: the run as it is seen, and how it ends.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::history::{History, Target, TargetRange};
use whimbrel_plan::revision::{Direction, RevisionId};
use whimbrel_run::apply::{self, ApplyError, Options, Report, Resume, Waiting};
use whimbrel_run::event::Found;
use whimbrel_run::guard::{Sight, first_line};
use whimbrel_run::ledger::{self, Ledger};
use whimbrel_run::protect::{How, Pass};
use whimbrel_run::{Actor, Driver, Event};
use whimbrel_schema::Engine;

use crate::args::{Global, Proving, ResumeChoice, Running};
use crate::backfilling::Backfilling;
use crate::beside::beside;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::progress::Progress;
use crate::project::Project;
use crate::protecting::{self, Said};
use crate::render::{table, words};
use crate::settings::Environment;
use crate::settings::guard::Guard;
use crate::signals;
use crate::{deploy, diagnose, proving, waiting};

/// One run, from the words of the command line to its last line.
pub struct Run<'a> {
    pub direction: Direction,
    pub target: &'a str,
    /// Why contracts run whatever they wait for.
    pub contract_now: Option<&'a str>,
    pub running: &'a Running,
    /// Keep nothing, or give nothing back, and why.
    pub without_keeping: Option<&'a str>,
    /// What was said to the gates of a protected environment.
    pub said: Said,
    /// What the gates ask for is shown to them first.
    pub prove: Option<&'a Proving>,
    pub global: &'a Global,
    pub project: &'a Project,
    pub printer: &'a Printer,
}

type Opened = (History, Box<dyn Driver>, Option<Ledger>);

impl Run<'_> {
    pub fn go(&self) -> Outcome {
        if self.running.sql { print_script(self) } else { self.apply() }
    }

    fn apply(&self) -> Outcome {
        let proved = match self.prove {
            Some(proving) => proving::prove(self, proving)?,
            None => false,
        };
        let target = self.project.target(self.target)?;
        let mut environment = self.project.settings.need_database()?;
        environment.role = self.running.role.clone().or(environment.role);
        let was_missing = environment.is_missing();
        let (history, mut driver, seen) = self.open(&target, &environment)?;
        let place = self.project.place(&environment, Some(driver.as_ref()));
        let mut options = options(self.running, self.project);
        options.backfill = self.project.settings.backfill();
        if let Some(query) = &self.running.pause_when {
            options.backfill.pause_when = Some(query.clone());
        }
        options.backfill.jobs = self.running.jobs.unwrap_or(options.backfill.jobs);
        options.contracts = deploy::gate(self.project, &environment, self.running.deploy.as_deref(), self.contract_now);
        options.seen = seen;
        options.keep.rows = self.project.settings.keep_rows().unwrap_or(options.keep.rows);
        options.keep.days = self.project.settings.keep_days().unwrap_or(options.keep.days);
        let reason = self.without_keeping.map(str::to_string);
        match self.direction {
            Direction::Up => options.keep.nothing = reason,
            Direction::Down => options.keep.leave = reason,
        }
        options.protection =
            protecting::protection(self.project, &environment, &self.said, &self.global.again(), self.printer)?;
        heed_interrupts(driver.as_ref(), &options.stop, self.printer)?;
        let mut watcher = Watcher::new(self.printer, &history, place.clone());
        if proved {
            watcher.place = None;
        }
        let mut listen = |event: Event<'_>| watcher.see(event);
        let result = match self.direction {
            Direction::Up => apply::upgrade(driver.as_mut(), &history, &target, &options, &mut listen),
            Direction::Down => apply::downgrade(driver.as_mut(), &history, &target, &options, &mut listen),
        };
        drop(watcher);
        let report = result.map_err(|error| {
            // Nobody has asked for an empty file.
            if was_missing {
                environment.drop_empty();
            }
            self.failure(&error)
        })?;
        let at = history.heads_among(&report.applied).into_iter().map(|revision| revision.id.clone()).collect();
        let heads: Vec<RevisionId> = history.heads().into_iter().map(|head| head.id.clone()).collect();
        let exit = waiting::exit(&report, &target, &history);
        let mut ended = Ended::of(&report, place, at, &heads);
        ended.waits = waiting::text(&report.waiting, &history, &self.command());
        match self.printer.json() {
            true => self.printer.show(exit, &ended),
            false => self.printer.line(&ended.text(Detail::Usual)),
        }
        Ok(exit)
    }

    /// The history, the database, and what its ledger says where it was read meanwhile.
    fn open(&self, target: &Target, environment: &Environment) -> Result<Opened, Failure> {
        if !environment.is_missing() {
            let (history, found) = beside(|| self.project.history(), || self.look(environment));
            let history = history?;
            let (driver, seen) = found?;
            return Ok((history, driver, Some(seen)));
        }
        // Files that cannot be read and a target that is none are told before a database is made for them.
        let history = self.project.history()?;
        let path = match self.direction {
            Direction::Up => history.upgrade_path(&BTreeSet::new(), target),
            Direction::Down => history.downgrade_path(&BTreeSet::new(), target),
        };
        path.map_err(|error| diagnose::target(&error))?;
        Ok((history, self.project.connect(environment)?, None))
    }

    fn look(&self, environment: &Environment) -> Result<(Box<dyn Driver>, Ledger), Failure> {
        let mut driver = self.project.connect(environment)?;
        let seen = ledger::read(driver.as_mut()).map_err(|error| diagnose::ledger(&error))?;
        Ok((driver, seen))
    }

    pub fn failure(&self, error: &ApplyError) -> Failure {
        diagnose::apply(error, &self.command(), &self.project.settings)
    }

    /// The command that was typed, as it has to be typed again.
    pub fn command(&self) -> String {
        let word = match self.direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        format!("whimbrel {word} {}{}", self.target, self.global.again())
    }
}

/// Who runs, and in which deploy.
pub fn actor(deploy: Option<&str>, project: &Project) -> Actor {
    Actor { deploy: deploy::of(deploy, &project.settings.root), ..Actor::here(env!("CARGO_PKG_VERSION")) }
}

pub fn options(running: &Running, project: &Project) -> Options {
    let mut options = Options::new(actor(running.deploy.as_deref(), project));
    options.wait = Duration::from_secs(running.wait);
    options.timeouts = project.settings.guard().timeouts(&Guard {
        lock_timeout: running.lock_timeout,
        lock_patience: running.lock_patience,
        statement_timeout: running.statement_timeout,
        role: None,
    });
    options.accept_drift = running.accept_drift.clone();
    options.resume = running.resume.map(|choice| match choice {
        ResumeChoice::Again => Resume::Again,
        ResumeChoice::Done => Resume::Done,
    });
    options
}

/// Ctrl-C, or a request to terminate, asks the run to stop before its next statement, and the engine to stop the one
/// that runs. Asked again, the process leaves at once: an engine that nobody reaches stops nothing.
fn heed_interrupts(driver: &dyn Driver, stop: &Arc<AtomicBool>, printer: &Printer) -> Result<(), Failure> {
    let cancel = Arc::new(driver.canceller());
    let stop = Arc::clone(stop);
    let impatient = printer.farewell("left at once: the next run finds out what became of the statement that ran");
    let handler = move || {
        if stop.swap(true, Ordering::SeqCst) {
            impatient();
        }
        // On a thread of its own, because it may wait for the network, and the next signal must be heard.
        let cancel = Arc::clone(&cancel);
        thread::spawn(move || cancel());
    };
    signals::heed(handler)
        .map_err(|error| Failure::new(Exit::Failed, "signal", format!("Ctrl-C cannot be heeded: {error}")))
}

/// Turns what happens into lines.
struct Watcher<'a> {
    printer: &'a Printer,
    _progress: Progress<'a>,
    history: &'a History,
    /// Printed before the first line, and not without one.
    place: Option<String>,
    /// Of the messages, so that durations stand below each other.
    width: usize,
    backfilling: Backfilling,
}

const WIDEST: usize = 48;

impl<'a> Watcher<'a> {
    fn new(printer: &'a Printer, history: &'a History, place: String) -> Self {
        let progress = Progress::new(printer);
        printer.now(format!("looking at {place}"));
        let widths = history.revisions().iter().map(|revision| table::width(&revision.message));
        let width = widths.max().unwrap_or(0).min(WIDEST);
        Watcher { printer, _progress: progress, history, place: Some(place), width, backfilling: Backfilling::new() }
    }

    fn line(&mut self, text: &str) {
        // For those who want the result only, what was done on the way is none.
        if self.printer.quiet() {
            return;
        }
        if let Some(place) = self.place.take() {
            self.printer.line(&place.dimmed().to_string());
        }
        self.printer.line(text);
    }

    /// What has to be known of it: around which gate, and why. That the others were passed is how it should be.
    fn gate(&mut self, pass: &Pass) {
        let gate = pass.gate.word();
        match &pass.how {
            How::Door(reason) => self.line(&format!("  {} {gate:<10} gone around: {reason}", "!".yellow().bold())),
            How::Shown(shown) if self.printer.verbose() => {
                self.line(&format!("  {} {gate:<10} {shown}", "✓".green()));
            }
            How::Shown(_) | How::Nothing(_) => {}
        }
    }

    fn see(&mut self, event: Event<'_>) {
        match event {
            Event::Waiting { at_most } => {
                self.printer.remark(&format!("another run has the lock; waiting up to {}", words::duration(at_most)));
            }
            Event::Pending { .. } => {}
            Event::Elsewhere { revisions } => {
                let counted = words::counted(revisions, "revision");
                self.printer.remark(&format!("{counted} done by another run in the meantime"));
            }
            Event::Unfinished { event, done, of } => {
                let when = words::when(&event.started_at);
                let id = self.history.short(&event.revision);
                self.line(&format!(
                    "an earlier run stopped within {id} ({when}, {}), after {done} of {}",
                    event.who,
                    words::counted(of, "statement")
                ));
            }
            Event::Recovered { sql, ordinal, of, found } => {
                let what = match found {
                    Found::Done => "it had taken effect: going on behind it".to_string(),
                    Found::Batches { changed } => {
                        format!("{} rows of it are changed: going on behind them", words::many(changed))
                    }
                    Found::Nothing => "it had not taken effect: running it again".to_string(),
                    Found::InvalidIndex { index } => {
                        format!("it left the invalid index `{index}`: dropping it and building it again")
                    }
                    Found::LeftOut => "what it undoes was not done: left out".to_string(),
                    Found::SaidDone => "taken as done, as told".to_string(),
                    Found::SaidAgain => "running it again, as told".to_string(),
                };
                self.line(&format!("  statement {ordinal} of {of}  {}\n  {what}", first_line(sql).dimmed()));
            }
            Event::GatePassed { pass } => self.gate(pass),
            Event::DriftUnchecked { why } => {
                let word = "warning".yellow().bold().to_string();
                self.printer.remark(&format!("{word}: whether the database drifted is not known: {why}"));
            }
            Event::DriftAccepted { differences, reason } => {
                let counted = words::counted(differences.len(), "difference");
                self.line(&format!("{counted} from its history accepted: {reason}"));
            }
            Event::Questions { revision, questions } => {
                let word = "warning".yellow().bold().to_string();
                let id = self.history.short(&revision.id);
                for question in questions {
                    self.printer.remark(&format!("{word}: {id} has an open question: {question}"));
                }
            }
            Event::Keeping { loss, rows, bytes, there } => {
                if let Some(there) = there {
                    let there = words::counted(usize::try_from(there).unwrap_or(usize::MAX), "row");
                    self.line(&format!("  an earlier run had copied {there} of {loss}: going on behind them"));
                }
                self.printer.now(format!("keeping {loss}{}", size(rows, bytes)));
            }
            Event::Kept { kept } => {
                let rows = usize::try_from(kept.rows).unwrap_or_default();
                let until = words::when(&kept.until);
                let bytes = words::bytes(u64::try_from(kept.bytes).unwrap_or_default());
                let size = format!("{}, {bytes}", words::counted(rows, "row"));
                self.line(&format!("  kept {} until {until}  {}", kept.loss, size.dimmed()));
            }
            Event::KeptUnpacked { kept, why } => {
                let word = "note".cyan().bold().to_string();
                self.printer.remark(&format!("{word}: what is kept of {} stays unpacked for now: {why}", kept.loss));
            }
            Event::NotKept { what, why } => {
                let word = "warning".yellow().bold().to_string();
                self.printer.remark(&format!("{word}: nothing is kept of {what}: {why}"));
            }
            Event::NotSeen { statements, why } => {
                let word = "note".cyan().bold().to_string();
                let others = match statements.len() {
                    0 | 1 => String::new(),
                    count => format!(" and {} more", words::counted(count - 1, "statement")),
                };
                let first = statements.first().map(String::as_str).unwrap_or_default();
                self.printer.remark(&format!(
                    "{word}: whether {first}{others} destroys anything cannot be seen ({why}); nothing of it is kept"
                ));
            }
            Event::NothingKept { losses, reason } => {
                let told: Vec<String> = losses.iter().map(ToString::to_string).collect();
                self.line(&format!("  nothing kept of {}: {reason}", told.join(", ")));
            }
            Event::LeftKept { losses, reason } => {
                let told: Vec<String> = losses.iter().map(ToString::to_string).collect();
                self.line(&format!("  {} stays where it is kept: {reason}", told.join(", ")));
            }
            Event::GivenBack { kept, rows } => {
                let rows = usize::try_from(rows).unwrap_or_default();
                let missing = usize::try_from(kept.rows).unwrap_or_default().saturating_sub(rows);
                let missing = match missing {
                    0 => String::new(),
                    missing => {
                        format!("; {} kept are gone here, or were written since", words::counted(missing, "row"))
                    }
                };
                self.line(&format!("  gave {} back to {}{missing}", kept.loss, words::counted(rows, "row")));
            }
            Event::NotGivenBack { kept, why } => {
                let word = "warning".yellow().bold().to_string();
                self.printer.remark(&format!("{word}: {} is not given back: {why}", kept.loss));
            }
            Event::KeptExpired { kept } => {
                let counted = words::counted(kept.len(), "kept thing");
                self.printer.remark(&format!("{counted} of earlier revisions let go: their time was over"));
            }
            Event::RevisionStarted { revision, direction, number, of } => {
                let word = match direction {
                    Direction::Up => "applying",
                    Direction::Down => "undoing",
                };
                let id = self.history.short(&revision.id);
                self.printer.now(format!("{word} {number} of {of}: {id} {}", revision.message));
            }
            Event::StatementStarted { statement, number, of } => {
                self.printer.now(format!("statement {number} of {of}: {}", first_line(&statement.sql)));
            }
            Event::StatementDone { .. } => {}
            Event::Backfill { progress } => self.backfilling.see(progress, self.printer),
            Event::FewerJobs { jobs, of, why } => {
                let word = "note".cyan().bold().to_string();
                self.printer.remark(&format!("{word}: {jobs} of {of} jobs: {why}"));
            }
            Event::Unproved { table, why, left } => {
                let word = "note".cyan().bold().to_string();
                let left = match left {
                    Some(0) => "and none is found by its condition any more".to_string(),
                    Some(left) => format!("and its condition still finds {}", words::counted(left as usize, "row")),
                    None => {
                        "and rows that were written behind the batches meanwhile are as they were written".to_string()
                    }
                };
                self.printer.remark(&format!("{word}: each row of `{table}` was changed once, because {why}; {left}"));
            }
            Event::Blocked { sight, waited, at_most } => {
                for line in blocked(sight, waited, at_most) {
                    self.printer.remark(&line);
                }
            }
            Event::OwnLimit { setting, value } => {
                self.printer.remark(&format!("the revision sets {setting} = {value} itself, so that is what holds"));
            }
            Event::Cleared { what } => {
                self.line(&format!("  an earlier try left {what}: cleared away"));
            }
            Event::Notice { text } => self.printer.remark(text),
            Event::RevisionDone { revision, direction, took } => {
                let mark = match direction {
                    Direction::Up => "✓".green().to_string(),
                    Direction::Down => "↓".yellow().to_string(),
                };
                let id = self.history.short(&revision.id).yellow().to_string();
                let took = words::duration(took).dimmed().to_string();
                let room = " ".repeat(self.width.saturating_sub(table::width(&revision.message)));
                self.line(&format!("  {mark} {id}  {}{room}  {took}", revision.message));
            }
        }
    }
}

/// What is waited for, and one line for each who has it.
fn blocked(sight: &Sight, waited: Duration, at_most: Option<Duration>) -> Vec<String> {
    let until = match at_most {
        Some(at_most) => format!("for up to {}", words::duration(at_most)),
        None => "as long as it takes".to_string(),
    };
    let wanted = sight.wanted.as_deref().unwrap_or("a lock");
    let so_far =
        if waited < Duration::from_secs(1) { String::new() } else { format!(", {} so far", words::duration(waited)) };
    let mut lines = vec![format!("waiting for {wanted}, {until}{so_far}")];
    lines.extend(sight.blockers.iter().map(|blocker| format!("  in the way: {blocker}")));
    lines.extend(sight.unseen.iter().map(|why| format!("  who is in the way cannot be seen: {why}")));
    lines
}

/// `(41800000 rows, 9.3 GB in the table)`, as far as it is known.
fn size(rows: Option<u64>, bytes: Option<u64>) -> String {
    match (rows, bytes) {
        (Some(rows), Some(bytes)) => format!(" (about {rows} rows, {} in the table)", words::bytes(bytes)),
        _ => String::new(),
    }
}

#[derive(Serialize)]
struct Ended {
    database: String,
    direction: Direction,
    revisions: Vec<Done>,
    /// Done by another runner while this one waited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    elsewhere: Vec<RevisionId>,
    took_ms: u128,
    /// Where the database stands now.
    at: Vec<RevisionId>,
    at_head: bool,
    /// Held back, with what each waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<Waiting>,
    /// The same for a person.
    #[serde(skip)]
    waits: String,
}

#[derive(Serialize)]
struct Done {
    id: RevisionId,
    message: String,
    statements: usize,
    rows: u64,
    took_ms: u128,
    resumed: bool,
}

impl Ended {
    fn of(report: &Report, database: String, at: Vec<RevisionId>, heads: &[RevisionId]) -> Self {
        let done = report.done.iter().map(|revision| Done {
            id: revision.id.clone(),
            message: revision.message.clone(),
            statements: revision.statements,
            rows: revision.rows,
            took_ms: revision.took.as_millis(),
            resumed: revision.resumed,
        });
        Ended {
            database,
            direction: report.direction,
            revisions: done.collect(),
            elsewhere: report.elsewhere.clone(),
            took_ms: report.took.as_millis(),
            at_head: !at.is_empty() && report.waiting.is_empty() && heads.iter().all(|head| at.contains(head)),
            at,
            waiting: report.waiting.clone(),
            waits: String::new(),
        }
    }
}

impl Screen for Ended {
    fn text(&self, _: Detail) -> String {
        let at = match self.at.as_slice() {
            [] => "base".to_string(),
            ids => ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and "),
        };
        let head = match (self.at_head, self.at.len()) {
            (false, _) => "",
            (true, 1) => " (head)",
            (true, _) => " (heads)",
        };
        let took = words::duration(Duration::from_millis(u64::try_from(self.took_ms).unwrap_or(u64::MAX)));
        let told = match (self.revisions.len(), self.direction) {
            (0, Direction::Up) if !self.waiting.is_empty() => {
                format!("applied nothing: the database stands at {at}{head}\n")
            }
            (0, Direction::Up) => format!("nothing to apply: the database stands at {at}{head}\n"),
            (0, Direction::Down) => format!("nothing to undo: the database stands at {at}{head}\n"),
            (count, Direction::Up) => {
                format!("applied {} in {took}; the database stands at {at}{head}\n", words::counted(count, "revision"))
            }
            (count, Direction::Down) => {
                format!("undid {} in {took}; the database stands at {at}{head}\n", words::counted(count, "revision"))
            }
        };
        told + &self.waits
    }
}

/// The SQL that a run would execute, for somebody else to run.
fn print_script(run: &Run<'_>) -> Outcome {
    let history = run.project.history()?;
    let environment = run.project.settings.database()?;
    let engine = match &environment {
        Some(environment) => environment.url.engine(),
        None => run.project.settings.engines()?.first().copied().unwrap_or(Engine::Sqlite),
    };
    let role = run.running.role.clone().or(environment.and_then(|environment| environment.role));
    let dialect = crate::project::dialect(engine)?;
    let missing = match run.direction {
        Direction::Up => Target::Heads,
        Direction::Down => Target::Base,
    };
    let range = match TargetRange::read(run.target, missing) {
        Some(range) => range,
        None => run.target.parse().map(|to| TargetRange { from: Target::Base, to }),
    };
    let range = range.map_err(|error| diagnose::target(&error.into()))?;
    let actor = actor(run.running.deploy.as_deref(), run.project);
    let sql = match run.direction {
        Direction::Up => apply::upgrade_script(&history, &range, dialect, &actor),
        Direction::Down => apply::downgrade_script(&history, &range, dialect, &actor),
    };
    let sql = sql.map_err(|error| diagnose::script(&error, &run.command(), &run.project.settings))?;
    let sql = match role {
        Some(role) => format!("SET ROLE {};\n{sql}RESET ROLE;\n", dialect.quote(&role)),
        None => sql,
    };
    run.printer.show(Exit::Fine, &Script { engine, sql });
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Script {
    engine: Engine,
    sql: String,
}

impl Screen for Script {
    fn text(&self, _: Detail) -> String {
        self.sql.clone()
    }
}
