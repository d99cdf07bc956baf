use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use whimbrel_plan::revision::Revision;
use whimbrel_run::apply::Options;
use whimbrel_run::guard::first_line;
use whimbrel_run::rehearse::{Bound, Receipt, Rehearsal, RehearseError, Shelf, Stage, Wanted, plan_hash, rehearse};
use whimbrel_run::{Driver, ledger};
use whimbrel_schema::Fingerprint;

use crate::applying::actor;
use crate::args::{Global, Rehearse};
use crate::backups::{self, progress::watching};
use crate::diagnose;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::Printer;
use crate::project::Project;
use crate::rehearsing::backup::{self, Choice, Choosing};
use crate::rehearsing::copy::{Copy, Host, Restoring};
use crate::rehearsing::interrupts::Interrupts;
use crate::rehearsing::screen::Shown;
use crate::rehearsing::{key, markdown, page, queries};
use crate::settings::Environment;
use crate::settings::guard::Guard;

pub fn run(arguments: &Rehearse, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let target = project.target(&arguments.target)?;
    let environment = project.settings.need_database()?;
    if environment.is_missing() {
        let place = project.place(&environment, None);
        return Err(Failure::usage("no-database", format!("{place} is not there, so there is nothing to copy"))
            .next("whimbrel upgrade head"));
    }
    // A key that cannot be read is told before anything takes long.
    let key = key::of(project)?;
    let mut source = project.connect_existing(&environment)?;
    let place = project.place(&environment, Some(source.as_ref()));
    let failed = |error| diagnose::database(&error);
    let mut options = Options::new(actor(None, project));
    options.timeouts = project.settings.guard().timeouts(&Guard::default());
    options.backfill = project.settings.backfill();
    let interrupts = Interrupts::heed(&options.stop, printer)?;
    interrupts.reach(source.as_ref());
    // What the receipt binds is the database itself, as it is before the copy is made: what changes meanwhile makes it stale.
    let schema = source.introspect().map_err(failed)?.fingerprint();
    let applied = ledger::read(source.as_mut()).map_err(|error| diagnose::ledger(&error))?.applied_ids();
    let pending = history.upgrade_path(&applied, &target).map_err(|error| diagnose::target(&error))?;
    let mut bound = bound(&pending, source.as_ref(), schema, applied.iter().cloned().collect());
    if pending.is_empty() {
        let rehearsal =
            Rehearsal::of_nothing(source.as_mut(), env!("CARGO_PKG_VERSION")).map_err(|error| failure(&error))?;
        let nothing =
            Shown { place, rehearsal, receipt: None, file: None, signed: false, left: None, next: Vec::new() };
        return told(nothing, arguments, project, printer);
    }
    let queries = queries::gather(arguments, project, source.as_mut(), printer)?;
    let mut copy = match &arguments.on {
        Some(url) => {
            let url = whimbrel_engines::url::parse(url)
                .map_err(|error| Failure::usage("bad-url", error.to_string()).note("named by", "--on"))?;
            Copy::named(url, &environment, source.as_mut(), project)?
        }
        None if arguments.schema_only => {
            Copy::without_rows(&environment, source.as_mut(), (&history, &applied), &options, printer)?
        }
        None => {
            let room = Room { arguments, project, environment: &environment, stop: &options.stop, printer };
            room.copy(source.as_mut(), &bound.schema)?
        }
    };
    bound.backup = copy.backup.clone();
    let wanted = Wanted {
        history: &history,
        target: &target,
        options: &options,
        copy: copy.copied.clone(),
        queries,
        under_load: !arguments.without_load,
        undo: !arguments.without_undo,
        kill: !arguments.without_kill,
        seed: arguments.seed.unwrap_or_else(|| seed(&bound)),
        version: env!("CARGO_PKG_VERSION").to_string(),
    };
    let mut connect = || {
        let driver = copy.connect()?;
        interrupts.reach(driver.as_ref());
        Ok(driver)
    };
    let mut tell = |stage: Stage<'_>| printer.now(words(stage));
    let rehearsal = rehearse(wanted, &mut connect, &mut tell).map_err(|error| failure(&error))?;
    let left = copy.stays().then(|| format!("the copy stays as the rehearsal left it: {}", copy.copied.place));
    drop(copy);
    let passed = rehearsal.passed();
    let mut shown = Shown { place, rehearsal, receipt: None, file: None, signed: false, left, next: Vec::new() };
    put(&mut shown, bound, environment.name.clone(), key.as_ref(), project, &options)?;
    let again = global.again();
    match passed {
        true => shown.next.push(format!("whimbrel upgrade {}{again}", arguments.target)),
        false => shown.next.push(format!("correct it, then: whimbrel rehearse {}{again}", arguments.target)),
    }
    told(shown, arguments, project, printer)
}

/// On the screen, and as the files that were asked for.
fn told(shown: Shown, arguments: &Rehearse, project: &Project, printer: &Printer) -> Outcome {
    if let Some(file) = &arguments.markdown {
        write(file, &markdown::text(&shown), project)?;
    }
    if let Some(file) = &arguments.html {
        let page = page::text(&shown);
        let page = page.map_err(|error| Failure::new(Exit::Failed, "output", format!("the page: {error:#}")))?;
        write(file, &page, project)?;
    }
    let exit = if shown.rehearsal.passed() { Exit::Fine } else { Exit::Differences };
    printer.show(exit, &shown);
    Ok(exit)
}

/// What a copy of the database is made with.
struct Room<'r> {
    arguments: &'r Rehearse,
    project: &'r Project,
    environment: &'r Environment,
    stop: &'r Arc<AtomicBool>,
    printer: &'r Printer,
}

impl Room<'_> {
    /// Out of a backup, unless somebody wants none.
    fn copy(&self, source: &mut dyn Driver, schema: &Fingerprint) -> Result<Copy, Failure> {
        let Room { arguments, project, environment, stop, printer } = *self;
        let choice = Choice::of(arguments.backup.as_deref());
        let identity = arguments.identity.as_deref();
        let host = if arguments.scratch_server { Host::Own } else { Host::Same };
        let place = backups::Place::of(None, project);
        let mut watch = watching(printer, Arc::clone(stop));
        let present = backup::present(source, schema.clone())?;
        let choosing = Choosing { choice: &choice, place: &place, present: &present, identity };
        match backup::choose(&choosing, source, project, &mut watch, printer)? {
            None => Copy::direct(environment, source, host, stop, printer),
            Some(backup) => {
                let restoring = Restoring { backup: &backup, identity, place: &place, project, host };
                Copy::of_backup(&restoring, environment, source, &mut watch, printer)
            }
        }
    }
}

fn write(file: &Path, text: &str, project: &Project) -> Result<(), Failure> {
    let shown = project.settings.shown(file);
    std::fs::write(file, text)
        .map_err(|error| Failure::new(Exit::Failed, "output", format!("`{shown}` cannot be written: {}", error.kind())))
}

fn bound(
    pending: &[&Revision],
    source: &dyn Driver,
    schema: whimbrel_schema::Fingerprint,
    applied: Vec<whimbrel_plan::revision::RevisionId>,
) -> Bound {
    Bound {
        plan: plan_hash(pending, source.dialect().engine()),
        revisions: pending.iter().map(|it| (it.id.clone(), it.checksum.clone())).collect(),
        applied,
        schema,
        server: source.version(),
        backup: None,
    }
}

/// One plan is killed at one moment, whoever rehearses it, unless somebody asks for another.
fn seed(bound: &Bound) -> u64 {
    let digits: String = bound.plan.chars().rev().take(12).collect();
    u64::from_str_radix(&digits, 16).unwrap_or_default()
}

/// The rehearsal and its receipt on the shelf.
fn put(
    shown: &mut Shown,
    bound: Bound,
    environment: Option<String>,
    key: Option<&whimbrel_run::rehearse::Key>,
    project: &Project,
    options: &Options,
) -> Result<(), Failure> {
    let rehearsal: &Rehearsal = &shown.rehearsal;
    let failed = |what: String| Failure::new(Exit::Failed, "output", what);
    let bytes = Shelf::bytes(rehearsal).map_err(|error| failed(error.to_string()))?;
    let now = jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S").to_string();
    let id = format!("{now}-{}", bound.plan.chars().rev().take(6).collect::<String>());
    let mut receipt = Receipt::of(rehearsal, Shelf::hash(&bytes), id, &options.actor.who, bound);
    receipt.environment = environment;
    if let Some(key) = key {
        key.sign(&mut receipt).map_err(|error| failed(error.to_string()))?;
        shown.signed = true;
    }
    let shelf = Shelf::at(project.settings.shelf());
    let file = shelf.put(&receipt, &bytes).map_err(|error| failed(error.to_string()))?;
    shown.file = Some(project.settings.shown(&file));
    shown.receipt = Some(receipt);
    Ok(())
}

fn words(stage: Stage<'_>) -> String {
    match stage {
        Stage::Hashing => "reading what the tables hold".to_string(),
        Stage::Asking { queries } => format!("asking {queries} queries"),
        Stage::Running { revision, number, of } => {
            format!("running {number} of {of}: {} {}", revision.id, revision.message)
        }
        Stage::Statement { sql, number, of } => format!("statement {number} of {of}: {}", first_line(sql)),
        Stage::Comparing => "comparing rows".to_string(),
        Stage::Undoing => "undoing everything".to_string(),
        Stage::RunningAgain => "running it again, to be killed".to_string(),
        Stage::Resuming => "ending what was killed".to_string(),
    }
}

fn failure(error: &RehearseError) -> Failure {
    match error {
        RehearseError::Driver(error) => diagnose::database(error),
        RehearseError::Ledger(error) => diagnose::ledger(error),
        RehearseError::Target(error) => diagnose::target(error),
        RehearseError::Stopped => Failure::new(Exit::Failed, "stopped", "stopped on request"),
    }
}
