use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::{Direction, Revision, RevisionId};
use whimbrel_run::Driver;
use whimbrel_run::apply::{ApplyError, Options, Refusal, Report};
use whimbrel_run::backup::Backup;
use whimbrel_run::drift::{self, Drift};
use whimbrel_run::guard::first_line;
use whimbrel_run::ledger::{self, Ledger};
use whimbrel_run::rehearse::{
    Bound, Key, Query, Receipt, Rehearsal, RehearseError, Shelf, Stage, Wanted, plan_hash, rehearse,
};

use crate::applying::actor;
use crate::args::{BackupScope, Global, Rehearse};
use crate::backups::{self, progress::watching};
use crate::commands::backup::create;
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
    let accepted = arguments.accept_drift.as_deref();
    let mut prepared = Prepared::new(&arguments.target, accepted, project, printer)?;
    if prepared.bound.revisions.is_empty() {
        let rehearsal = Rehearsal::of_nothing(prepared.source.as_mut(), env!("CARGO_PKG_VERSION"))
            .map_err(|error| failure(&error))?;
        let place = prepared.place;
        let nothing =
            Shown { place, rehearsal, receipt: None, file: None, signed: false, left: None, next: Vec::new() };
        return told(nothing, arguments, project, printer);
    }
    // What somebody else made, or was made by the revisions, is not what the database is.
    if arguments.on.is_none() && !arguments.schema_only && arguments.accept_drift.is_none() {
        prepared.has_not_drifted(&format!("whimbrel rehearse {}{}", arguments.target, global.again()))?;
    }
    let queries = queries::gather(arguments, project, prepared.source.as_mut(), printer)?;
    let copy = prepared.copy(arguments)?;
    let mut shown = prepared.on(copy, queries, arguments)?;
    let again = global.again();
    match shown.rehearsal.passed() {
        true => shown.next.push(format!("whimbrel upgrade {}{again}", arguments.target)),
        false => shown.next.push(format!("correct it, then: whimbrel rehearse {}{again}", arguments.target)),
    }
    told(shown, arguments, project, printer)
}

/// What is known before there is a copy.
pub struct Prepared<'p> {
    project: &'p Project,
    printer: &'p Printer,
    pub history: History,
    pub target: Target,
    pub environment: Environment,
    key: Option<Key>,
    pub source: Box<dyn Driver>,
    pub place: String,
    pub options: Options,
    interrupts: Interrupts,
    /// What the receipt binds is the database itself, as it is before the copy is made: what changes meanwhile makes it
    /// stale.
    pub bound: Bound,
    /// The schema whose fingerprint that has.
    pub live: whimbrel_schema::Schema,
    /// What was done to it until then.
    ledger: Ledger,
}

impl<'p> Prepared<'p> {
    /// `accept_drift` says why it is rehearsed on a database that is not what its history says.
    pub fn new(
        target: &str,
        accept_drift: Option<&str>,
        project: &'p Project,
        printer: &'p Printer,
    ) -> Result<Prepared<'p>, Failure> {
        let history = project.history()?;
        let target = project.target(target)?;
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
        let mut options = Options::new(actor(None, project));
        options.timeouts = project.settings.guard().timeouts(&Guard::default());
        options.backfill = project.settings.backfill();
        options.accept_drift = accept_drift.map(str::to_string);
        let interrupts = Interrupts::heed(&options.stop, printer)?;
        interrupts.reach(source.as_ref());
        let live = source.introspect().map_err(|error| diagnose::database(&error))?;
        let schema = live.fingerprint();
        let ledger = ledger::read(source.as_mut()).map_err(|error| diagnose::ledger(&error))?;
        let applied = ledger.applied_ids();
        let pending = history.upgrade_path(&applied, &target).map_err(|error| diagnose::target(&error))?;
        let bound = bound(&pending, source.as_ref(), schema, applied.iter().cloned().collect());
        Ok(Prepared {
            project,
            printer,
            history,
            target,
            environment,
            key,
            source,
            place,
            options,
            interrupts,
            bound,
            live,
            ledger,
        })
    }

    /// How the database differs from its history; nothing, where nobody can tell what it should be.
    pub fn drift(&mut self) -> Result<Drift, Failure> {
        self.printer.now("comparing the database with its history");
        let (live, schema) = (&self.live, &self.bound.schema);
        let found = drift::look(self.source.as_mut(), &self.history, &self.ledger, live, schema);
        found.map_err(|error| diagnose::database(&error))
    }

    /// The run on the copy would refuse it, but only when the copy is made.
    fn has_not_drifted(&mut self, command: &str) -> Result<(), Failure> {
        let Drift::Found(differences) = self.drift()? else { return Ok(()) };
        let report = Box::new(Report::new(Direction::Up));
        let refused = ApplyError { failure: Box::new(Refusal::Drift { differences }.into()), report };
        let mut failure = diagnose::apply(&refused, command, &self.project.settings);
        for next in &mut failure.next {
            *next = next.replace("goes on the ledger", "stands on the receipt");
        }
        Err(failure)
    }

    /// The copy that was asked for.
    fn copy(&mut self, arguments: &Rehearse) -> Result<Copy, Failure> {
        match &arguments.on {
            Some(url) => self.named(url),
            None if arguments.schema_only => {
                let applied: BTreeSet<RevisionId> = self.bound.applied.iter().cloned().collect();
                let Prepared { printer, environment, source, .. } = self;
                Copy::without_rows(environment, source.as_mut(), (&self.history, &applied), &self.options, printer)
            }
            None => {
                let (identity, choice) = (arguments.identity.as_deref(), Choice::of(arguments.backup.as_deref()));
                let host = if arguments.scratch_server { Host::Own } else { Host::Same };
                match self.backup(&choice, identity)? {
                    Some(backup) => self.restored(&backup, identity, host),
                    None => self.direct(host),
                }
            }
        }
    }

    /// The backup to restore; `None` where somebody wants none, or it would be elsewhere.
    pub fn backup(&mut self, choice: &Choice, identity: Option<&Path>) -> Result<Option<Backup>, Failure> {
        let place = backups::Place::of(None, self.project);
        let mut watch = watching(self.printer, Arc::clone(&self.options.stop));
        let source = self.source.as_mut();
        let present = backup::present(source, self.bound.schema.clone(), &self.ledger);
        let choosing = Choosing { choice, place: &place, present: &present, identity };
        backup::choose(&choosing, source, self.project, &mut watch, self.printer)
    }

    /// The newest that stands for the database as it is now, where one lies there.
    pub fn fitting(&mut self) -> Result<Option<Backup>, Failure> {
        let place = backups::Place::of(None, self.project);
        let present = backup::present(self.source.as_ref(), self.bound.schema.clone(), &self.ledger);
        let listed = place.folder.list().map_err(|error| backups::refusal::of(&error, self.project))?;
        Ok(present.newest(&listed).ok().cloned())
    }

    /// A backup by the command that makes them here.
    pub fn external(&mut self) -> Result<Backup, Failure> {
        let place = backups::Place::of(None, self.project);
        let mut watch = watching(self.printer, Arc::clone(&self.options.stop));
        let target = self.target.to_string();
        let (scope, destroyed, remark) =
            create::decide(BackupScope::External, &target, self.source.as_mut(), self.project)?;
        if let Some(remark) = remark {
            self.printer.remark(&remark);
        }
        place.sweep(self.project, self.printer)?;
        place.make(self.source.as_mut(), (scope, destroyed), self.project, &mut watch)
    }

    /// Whether it is good, by the command that knows.
    pub fn verify_external(&self, backup: &Backup) -> Result<(), Failure> {
        let Some(command) = &self.project.settings.backup().verify else { return Ok(()) };
        let checked = whimbrel_run::backup::external::check(backup, command, env!("CARGO_PKG_VERSION"));
        checked.map(drop).map_err(|error| backups::refusal::of(&error, self.project))
    }

    /// A copy that no backup of whimbrel's stands for.
    pub fn direct(&mut self, host: Host) -> Result<Copy, Failure> {
        Copy::direct(&self.environment, self.source.as_mut(), host, &self.options.stop, self.printer)
    }

    /// A copy that somebody else made.
    pub fn named(&mut self, url: &str) -> Result<Copy, Failure> {
        let url = whimbrel_engines::url::parse(url)
            .map_err(|error| Failure::usage("bad-url", error.to_string()).note("named by", "--on"))?;
        Copy::named(url, &self.environment, self.source.as_mut(), self.project)
    }

    /// What comes out of it, compared with it.
    pub fn restored(&mut self, backup: &Backup, identity: Option<&Path>, host: Host) -> Result<Copy, Failure> {
        let place = backups::Place::of(None, self.project);
        let mut watch = watching(self.printer, Arc::clone(&self.options.stop));
        let restoring = Restoring { backup, identity, place: &place, project: self.project, host };
        Copy::of_backup(&restoring, &self.environment, self.source.as_mut(), &mut watch, self.printer)
    }

    /// Rehearses on the copy, which is gone afterwards, and leaves the receipt.
    pub fn on(self, mut copy: Copy, queries: Vec<Query>, arguments: &Rehearse) -> Result<Shown, Failure> {
        let Prepared { project, printer, history, target, environment, key, place, options, interrupts, .. } = self;
        let bound = Bound { backup: copy.backup.clone(), ..self.bound };
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
        let mut rehearsal = rehearse(wanted, &mut connect, &mut tell).map_err(|error| failure(&error))?;
        // Who reads it elsewhere has the project somewhere else.
        for statement in rehearsal.revisions.iter_mut().flat_map(|revision| &mut revision.statements) {
            statement.file = project.settings.shown(Path::new(&statement.file));
        }
        let left = copy.stays().then(|| format!("the copy stays as the rehearsal left it: {}", copy.copied.place));
        drop(copy);
        let mut shown = Shown { place, rehearsal, receipt: None, file: None, signed: false, left, next: Vec::new() };
        put(&mut shown, bound, environment.name, key.as_ref(), project, &options)?;
        Ok(shown)
    }
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
    key: Option<&Key>,
    project: &Project,
    options: &Options,
) -> Result<(), Failure> {
    let rehearsal: &Rehearsal = &shown.rehearsal;
    let failed = |what: String| Failure::new(Exit::Failed, "output", what);
    let bytes = Shelf::bytes(rehearsal).map_err(|error| failed(error.to_string()))?;
    let now = jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S").to_string();
    let id = format!("{now}-{}", bound.plan.chars().rev().take(6).collect::<String>());
    let shelf = Shelf::at(project.settings.shelf());
    let id = shelf.reserve(&id).map_err(|error| failed(error.to_string()))?;
    let mut receipt = Receipt::of(rehearsal, Shelf::hash(&bytes), id, &options.actor.who, bound);
    receipt.environment = environment;
    receipt.accepted_drift = rehearsal.accepted_drift.clone();
    if let Some(key) = key {
        key.sign(&mut receipt).map_err(|error| failed(error.to_string()))?;
        shown.signed = true;
    }
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
