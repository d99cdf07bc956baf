//! The whole way to a protected database in one command: each stage by what does it alone, and the first that fails ends
//! it. What was shown here the gates look at again, when the lock is held.

use std::collections::BTreeSet;
use std::time::Instant;

use owo_colors::OwoColorize;
use whimbrel_plan::revision::{Direction, Revision, RevisionId};
use whimbrel_run::apply::{self, ApplyError, Options, Refusal, Report};
use whimbrel_run::drift::{self, Drift};
use whimbrel_run::protect::{Lack, Protection, is_empty};
use whimbrel_run::rehearse::Severity;

use crate::applying::{Run, actor};
use crate::args::{Proving, Rehearse};
use crate::commands::rehearse::Prepared;
use crate::failure::{Exit, Failure};
use crate::progress::Progress;
use crate::rehearsing::copy::{Copy, Host};
use crate::rehearsing::queries;
use crate::rehearsing::screen::{Shown, time};
use crate::render::words;
use crate::{deploy, protecting};

mod way;

use way::Way;

/// `false` where there is nothing to prove: nothing would run, or nothing is there that could be lost.
pub fn prove(run: &Run<'_>, proving: &Proving) -> Result<bool, Failure> {
    let Run { project, printer, .. } = *run;
    if project.settings.need_database()?.is_missing() {
        return Ok(false);
    }
    let progress = Progress::new(printer);
    let accepted = run.running.accept_drift.as_deref();
    let mut prepared = Prepared::new(run.target, accepted, project, printer)?;
    let again = run.global.again();
    let protection = protecting::protection(project, &prepared.environment, &run.said, &again, printer)?;
    let Some(protection) = protection else { return Ok(false) };
    let running = running(run, &mut prepared)?;
    if running.is_empty() || is_empty(&prepared.live) && prepared.bound.applied.is_empty() {
        return Ok(false);
    }
    let way = Way::of(proving, run, &mut prepared)?;
    let stages = Stages { run };
    stages.begin(&prepared);
    stages.drift(&mut prepared)?;
    stages.review(&mut prepared, &running, &protection)?;

    let Some(copy) = stages.copy(&way, proving, &mut prepared)? else { return Ok(true) };
    stages.next("rehearsed");
    let begun = Instant::now();
    let arguments = Rehearse::usual(run.target);
    let asked = queries::gather(&arguments, project, prepared.source.as_mut(), printer)?;
    let shown = prepared.on(copy, asked, &arguments)?;
    if !shown.rehearsal.passed() {
        return Err(broken(&shown, run));
    }
    let found = &shown.rehearsal;
    let lock = time(found.longest_lock_us());
    let told = format!(
        "on that copy: longest lock {lock}, {}",
        match found.queries.len() {
            0 => "no queries asked".to_string(),
            count => format!("{} asked, {} broken", words::counted(count, "query"), found.broken_queries()),
        }
    );
    stages.well("rehearsed", &told, begun);
    printer.within(None);
    drop(progress);
    Ok(true)
}

/// Of what is pending, what would not be held back.
fn running(run: &Run<'_>, prepared: &mut Prepared<'_>) -> Result<Vec<RevisionId>, Failure> {
    let label = run.running.deploy.as_deref();
    let mut options = Options::new(actor(label, run.project));
    options.contracts = deploy::gate(run.project, &prepared.environment, label, run.contract_now);
    let waiting = apply::waiting(prepared.source.as_mut(), &prepared.history, &prepared.target, &options)
        .map_err(|error| run.failure(&error))?;
    let held: BTreeSet<RevisionId> = waiting.into_iter().map(|waiting| waiting.revision).collect();
    let pending = prepared.bound.revisions.iter().map(|(id, _)| id);
    Ok(pending.filter(|id| !held.contains(*id)).cloned().collect())
}

/// What is seen of it.
struct Stages<'s, 'r> {
    run: &'s Run<'r>,
}

impl Stages<'_, '_> {
    fn begin(&self, prepared: &Prepared<'_>) {
        let pending = words::counted(prepared.bound.revisions.len(), "revision");
        let applied: BTreeSet<RevisionId> = prepared.bound.applied.iter().cloned().collect();
        let heads = prepared.history.heads_among(&applied);
        let at: Vec<&str> = heads.into_iter().map(|head| prepared.history.short(&head.id)).collect();
        let at = if at.is_empty() { "base".to_string() } else { at.join(" and ") };
        let deploy = actor(self.run.running.deploy.as_deref(), self.run.project).deploy;
        let deploy = deploy.map(|deploy| format!(" · deploy {}", deploy.label)).unwrap_or_default();
        self.line(&format!("{} · at {at} · {pending} pending{deploy}\n", prepared.place).dimmed().to_string());
    }

    /// Which stage is on, for whoever watches.
    fn next(&self, stage: &'static str) {
        self.run.printer.within(Some(format!("{stage:<10}  ")));
        self.run.printer.now("");
    }

    /// The backup, the proof of it, and the copy to rehearse on; `None` where there is none to be had.
    fn copy(&self, way: &Way<'_>, proving: &Proving, prepared: &mut Prepared<'_>) -> Result<Option<Copy>, Failure> {
        let identity = proving.identity.as_deref();
        self.next("backup");
        let begun = Instant::now();
        let Way::Restored { host, choice } = way else {
            let backup = prepared.external()?;
            let reference = backup.manifest.reference.as_deref().filter(|it| !it.is_empty()).unwrap_or("no name");
            self.well("backup", &format!("{}, by your command: {reference}", backup.manifest.id), begun);
            self.next("verified");
            let begun = Instant::now();
            prepared.verify_external(&backup)?;
            self.well("verified", "your command says that it is good", begun);
            self.next("copied");
            let begun = Instant::now();
            let copy = match way {
                Way::External { host } => prepared.direct(*host)?,
                Way::Named { url } => prepared.named(url)?,
                Way::Restored { .. } => return Ok(None),
            };
            self.well("copied", &copy.copied.place, begun);
            return Ok(Some(copy));
        };
        let Some(backup) = prepared.backup(choice, identity)? else { return Ok(None) };
        let manifest = &backup.manifest;
        let tables = words::counted(manifest.tables.len(), "table");
        let size = format!("{} → {}", words::bytes(manifest.unpacked()), words::bytes(manifest.size()));
        self.well("backup", &format!("{}, {tables}, {size}", manifest.id), begun);
        self.next("restored");
        let begun = Instant::now();
        let copy = prepared.restored(&backup, identity, *host)?;
        let own = if *host == Host::Own { ", on a server of its own" } else { "" };
        self.well("restored", &format!("every table equal by row count and content hash{own}"), begun);
        Ok(Some(copy))
    }

    fn line(&self, text: &str) {
        if !self.run.printer.quiet() {
            self.run.printer.line(text);
        }
    }

    fn well(&self, stage: &str, told: &str, begun: Instant) {
        let took = words::duration(begun.elapsed());
        self.line(&format!("  {} {stage:<10}  {told}  {}", "✓".green(), took.dimmed()));
    }

    fn around(&self, stage: &str, told: &str) {
        self.line(&format!("  {} {stage:<10}  gone around: {told}", "!".yellow().bold()));
    }

    fn drift(&self, prepared: &mut Prepared<'_>) -> Result<(), Failure> {
        let begun = Instant::now();
        self.next("history");
        let differences = match prepared.drift()? {
            Drift::None => Vec::new(),
            Drift::Found(differences) => differences,
            Drift::Unknown(why) => drift::unseen(&why),
        };
        match (&self.run.running.accept_drift, differences.is_empty()) {
            (_, true) => self.well("history", "matches the database, no drift", begun),
            (Some(reason), false) => self.around("history", reason),
            (None, false) => return Err(self.refused(Refusal::Drift { differences })),
        }
        Ok(())
    }

    fn review(
        &self,
        prepared: &mut Prepared<'_>,
        running: &[RevisionId],
        protection: &Protection,
    ) -> Result<(), Failure> {
        let begun = Instant::now();
        self.next("review");
        self.run.printer.now("judging the statements");
        if let Some(reason) = self.run.said.around_review() {
            self.around("review", reason);
            return Ok(());
        }
        let Prepared { history, source, .. } = prepared;
        let revisions: Vec<&Revision> = running.iter().filter_map(|id| history.get(id)).collect();
        let environment = protection.environment.clone();
        let lack = match protection.review.unresolved(source.as_mut(), &revisions) {
            Ok(unresolved) if unresolved.is_empty() => {
                let told = format!("{}, nothing unresolved", words::counted(revisions.len(), "revision"));
                self.well("review", &told, begun);
                return Ok(());
            }
            Ok(unresolved) => Lack::Unreviewed { environment, unresolved },
            Err(why) => Lack::Unseen { gate: whimbrel_run::protect::Gate::Review, why },
        };
        Err(self.refused(Refusal::Gate(Box::new((lack, protection.again.clone())))))
    }

    fn refused(&self, refusal: Refusal) -> Failure {
        let report = Box::new(Report::new(Direction::Up));
        self.run.failure(&ApplyError { failure: Box::new(refusal.into()), report })
    }
}

/// What went wrong on the copy, which is where it was to go wrong.
fn broken(shown: &Shown, run: &Run<'_>) -> Failure {
    let message = "the rehearsal did not go well, so nothing is applied";
    let findings = shown.rehearsal.findings.iter().filter(|finding| finding.severity == Severity::Broken);
    let told: Vec<String> = findings.take(MOST_TOLD).map(|finding| finding.message.clone()).collect();
    let mut failure = Failure::new(Exit::Refused, "rehearsal-failed", message);
    if !told.is_empty() {
        failure = failure.note("broken", told.join("\n"));
    }
    if let Some(file) = &shown.file {
        failure = failure.note("receipt", file);
    }
    failure.next(format!("correct it, then: {} --prove", run.command()))
}

const MOST_TOLD: usize = 5;
