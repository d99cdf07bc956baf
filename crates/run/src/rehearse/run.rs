//! The rehearsal itself, stage by stage, on one copy: run and measured, compared, undone, run again and killed, resumed.

use std::collections::BTreeSet;
use std::time::Instant;

use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::{Direction, Revision, RevisionId};
use whimbrel_schema::Schema;

use super::findings;
use super::foretell::{foretell, lead};
use super::gauge::Gauge;
use super::kill::{Killer, Moment};
use super::load::{Calm, Load};
use super::meter::{Meter, micros};
use super::plan_hash;
use super::query::Query;
use super::rehearsal::{Asked, Copied, Destroyed, FORMAT, How, Rehearsal, Rehearsed, Stopped, Trial};
use super::rows::{self, Digests, Rows, Said};
use super::states;
use crate::apply::{self, ApplyError, Failure, Options};
use crate::ledger::{self, LedgerError};
use crate::{Driver, DriverError, Event, clock, drift};

/// What is rehearsed, and how thoroughly.
pub struct Wanted<'w> {
    pub history: &'w History,
    pub target: &'w Target,
    pub options: &'w Options,
    pub copy: Copied,
    pub queries: Vec<Query>,
    /// Whether the queries are asked while the revisions run.
    pub under_load: bool,
    /// Whether the revisions are undone and run again, and whether that run is killed.
    pub undo: bool,
    pub kill: bool,
    pub seed: u64,
    /// Of whimbrel.
    pub version: String,
}

/// Where a rehearsal is, for whoever watches.
#[derive(Debug, Clone, Copy)]
pub enum Stage<'s> {
    Hashing,
    Asking { queries: usize },
    Running { revision: &'s Revision, number: usize, of: usize },
    Statement { sql: &'s str, number: usize, of: usize },
    Comparing,
    Undoing,
    RunningAgain,
    Resuming,
}

pub type Connect<'c> = dyn FnMut() -> Result<Box<dyn Driver>, DriverError> + 'c;

/// Why there is no rehearsal. A revision that fails is one.
#[derive(Debug, thiserror::Error)]
pub enum RehearseError {
    #[error(transparent)]
    Driver(#[from] DriverError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Target(#[from] whimbrel_plan::history::TargetError),
    #[error("stopped on request")]
    Stopped,
}

/// `connect` opens connections to the copy, and to nothing else.
pub fn rehearse(
    wanted: Wanted<'_>,
    connect: &mut Connect<'_>,
    tell: &mut dyn FnMut(Stage<'_>),
) -> Result<Rehearsal, RehearseError> {
    let clock = Instant::now();
    let mut driver = connect()?;
    let applied = ledger::read(driver.as_mut())?.applied_ids();
    let pending = wanted.history.upgrade_path(&applied, wanted.target)?;
    let schema = driver.introspect()?;
    let mut rehearsal = blank(driver.as_ref(), wanted.copy.clone(), &wanted.version, &schema);
    rehearsal.plan = plan_hash(&pending, rehearsal.engine);
    rehearsal.applied = applied.iter().cloned().collect();
    rehearsal.seed = wanted.seed;
    let mut play = Play { wanted: &wanted, pending, applied, connect, tell, clock };
    play.run(driver, schema, &mut rehearsal)?;
    findings::gather(&mut rehearsal);
    rehearsal.took_us = micros(clock.elapsed());
    Ok(rehearsal)
}

/// Before anything was done.
fn blank(driver: &dyn Driver, copy: Copied, version: &str, schema: &Schema) -> Rehearsal {
    Rehearsal {
        format: FORMAT,
        whimbrel: version.to_string(),
        engine: driver.dialect().engine(),
        server: driver.version(),
        copy,
        began_at: clock::now(),
        took_us: 0,
        plan: plan_hash(&[], driver.dialect().engine()),
        applied: Vec::new(),
        schema: schema.fingerprint(),
        accepted_drift: None,
        revisions: Vec::new(),
        stopped: None,
        tables: Vec::new(),
        destroyed: Vec::new(),
        undone: not_done("it was not asked for"),
        killed: not_done("it was not asked for"),
        seed: 0,
        queries: Vec::new(),
        findings: Vec::new(),
        unknown: Vec::new(),
    }
}

impl Rehearsal {
    /// Where nothing is pending, the database itself is looked at, and no copy is made.
    pub fn of_nothing(source: &mut dyn Driver, version: &str) -> Result<Rehearsal, RehearseError> {
        let place = "none, because nothing is pending".to_string();
        let copy = Copied { how: How::Nothing, place, took_us: 0, backup: None };
        let schema = source.introspect()?;
        let mut rehearsal = blank(source, copy, version, &schema);
        rehearsal.applied = ledger::read(source)?.applied_ids().into_iter().collect();
        (rehearsal.undone, rehearsal.killed) = (not_done("nothing is pending"), not_done("nothing is pending"));
        Ok(rehearsal)
    }
}

fn not_done(why: &str) -> Trial {
    Trial::NotDone { why: why.to_string() }
}

struct Play<'p, 'c> {
    wanted: &'p Wanted<'p>,
    pending: Vec<&'p Revision>,
    applied: BTreeSet<RevisionId>,
    connect: &'p mut Connect<'c>,
    tell: &'p mut dyn FnMut(Stage<'_>),
    clock: Instant,
}

impl Play<'_, '_> {
    fn run(&mut self, driver: Box<dyn Driver>, from: Schema, into: &mut Rehearsal) -> Result<(), RehearseError> {
        let mut driver = driver;
        let dialect = driver.dialect();
        (self.tell)(Stage::Hashing);
        let foreseen = lead(&from, &self.pending, dialect);
        let before = Rows::before(driver.as_mut(), &from, foreseen.as_ref())?;
        into.queries = self.wanted.queries.iter().map(states::not_asked).collect();
        if !into.queries.is_empty() {
            driver.count_for_plans()?;
        }
        self.ask(None, into)?;
        let mut gauge = driver.gauge();
        self.run_all(driver.as_mut(), &mut gauge, into)?;
        match &gauge {
            Some(gauge) => into.unknown.extend(gauge.unknown()),
            None => into.unknown.push("locks, sizes and scans: this engine does not tell them".to_string()),
        }
        drop(gauge);
        if into.copy.how == How::SchemaOnly {
            into.unknown.push(
                "whatever depends on rows: the copy has none, so nothing takes long and no row is in the way"
                    .to_string(),
            );
        }
        (self.tell)(Stage::Comparing);
        let to = driver.introspect()?;
        let said = Said::of(&self.pending, dialect);
        into.tables = before.compare(driver.as_mut(), &to, &said)?;
        if into.stopped.is_some() || self.pending.is_empty() {
            let why = if self.pending.is_empty() { "nothing is pending" } else { "the revisions did not run" };
            (into.undone, into.killed) = (not_done(why), not_done(why));
            return Ok(());
        }
        if !self.wanted.undo {
            return Ok(());
        }
        let after = rows::whole(driver.as_mut(), &to)?;
        (self.tell)(Stage::Undoing);
        into.undone = self.undo(driver.as_mut(), &from, &before)?;
        if !matches!(into.undone, Trial::Passed { .. }) {
            into.killed =
                not_done("the way back did not lead to where it began, so there is nothing to begin at again");
            return Ok(());
        }
        into.killed = self.again(driver, &into.revisions, (&to, &after))?;
        Ok(())
    }

    fn heed_stop(&self) -> Result<(), RehearseError> {
        match self.wanted.options.stop.load(std::sync::atomic::Ordering::Relaxed) {
            true => Err(RehearseError::Stopped),
            false => Ok(()),
        }
    }

    fn ask(&mut self, after: Option<&RevisionId>, into: &mut Rehearsal) -> Result<(), RehearseError> {
        if into.queries.is_empty() {
            return Ok(());
        }
        self.heed_stop()?;
        (self.tell)(Stage::Asking { queries: into.queries.len() });
        let mut driver = (self.connect)()?;
        states::ask(driver.as_mut(), after, &mut into.queries)?;
        Ok(())
    }

    /// One revision after the other, so that the database can be looked at in every state in between.
    fn run_all(
        &mut self,
        driver: &mut dyn Driver,
        gauge: &mut Option<Box<dyn Gauge>>,
        into: &mut Rehearsal,
    ) -> Result<(), RehearseError> {
        let of = self.pending.len();
        for (at, revision) in self.pending.clone().into_iter().enumerate() {
            self.heed_stop()?;
            (self.tell)(Stage::Running { revision, number: at + 1, of });
            if !self.run_one(driver, gauge, revision, into)? {
                return Ok(());
            }
            if !into.queries.is_empty() {
                driver.count_for_plans()?;
            }
            self.ask(Some(&revision.id), into)?;
        }
        Ok(())
    }

    /// Whether it ran.
    fn run_one(
        &mut self,
        driver: &mut dyn Driver,
        gauge: &mut Option<Box<dyn Gauge>>,
        revision: &Revision,
        into: &mut Rehearsal,
    ) -> Result<bool, RehearseError> {
        let (live, facts) = (driver.introspect()?, driver.facts()?);
        let foretold = foretell(revision, &live, &facts, driver.dialect());
        let foretold = match foretold {
            Ok(foretold) => foretold,
            Err(failure) => {
                into.stopped = Some(stopped(&revision.id, &failure, None));
                return Ok(false);
            }
        };
        let load = match self.wanted.under_load {
            true => Some(Load::start(calm(&into.queries, &self.wanted.queries), self.connect)?),
            false => None,
        };
        let began_us = micros(self.clock.elapsed());
        let mut meter = Meter::new(&foretold, self.clock);
        if let Some(gauge) = gauge {
            meter.gauge = Some(gauge.as_mut());
        }
        let mut heard =
            Heard { revision: &revision.id, drift: None, notices: Vec::new(), destroyed: Vec::new(), at: None };
        let tell = &mut *self.tell;
        let mut listen = |event: Event<'_>| {
            if let Event::StatementStarted { statement, number, of } = event {
                tell(Stage::Statement { sql: &statement.sql, number, of });
            }
            heard.hear(event);
        };
        let target = Target::Named(revision.id.to_string());
        let up = (Direction::Up, &target);
        let ran = apply::run_watched(driver, self.wanted.history, up, self.wanted.options, &mut listen, &mut meter);
        let over_us = micros(self.clock.elapsed());
        let mut statements = meter.finish(over_us);
        if let Some(load) = load {
            load.stop(self.clock, &mut statements);
        }
        let Heard { drift, notices, destroyed, at, .. } = heard;
        into.accepted_drift = into.accepted_drift.take().or(drift);
        into.destroyed.extend(destroyed);
        into.revisions.push(Rehearsed {
            id: revision.id.clone(),
            message: revision.message.clone(),
            checksum: revision.checksum.clone(),
            phase: revision.phase,
            part: revision.part,
            began_us,
            took_us: over_us.saturating_sub(began_us),
            statements,
            notices,
        });
        match ran {
            Ok(_) => Ok(true),
            Err(error) if matches!(*error.failure, Failure::Stopped) => Err(RehearseError::Stopped),
            Err(error) => {
                into.stopped = Some(stopped(&revision.id, &error.failure, at));
                Ok(false)
            }
        }
    }

    fn undo(&mut self, driver: &mut dyn Driver, from: &Schema, before: &Rows) -> Result<Trial, RehearseError> {
        let heads = self.wanted.history.heads_among(&self.applied);
        let target = match heads.as_slice() {
            [] => Target::Base,
            [head] => Target::Named(head.id.to_string()),
            _ => return Ok(not_done("the copy stood at several heads, and no one place is the way back to them")),
        };
        let begun = Instant::now();
        let undone = apply::downgrade(driver, self.wanted.history, &target, self.wanted.options, &mut |_| {});
        let took_us = micros(begun.elapsed());
        if let Err(error) = undone {
            return self.failed(error);
        }
        let live = driver.introspect()?;
        let mut why: Vec<String> = drift::compare(driver, from, &live)?.iter().map(drift::words).collect();
        why.extend(rows::differences(&before.whole, &rows::again(driver, &before.whole)?));
        Ok(match why.is_empty() {
            true => Trial::Passed { took_us, told: "schema and rows are what they were".to_string() },
            false => Trial::Failed { why },
        })
    }

    fn failed(&self, error: ApplyError) -> Result<Trial, RehearseError> {
        match *error.failure {
            Failure::Stopped => Err(RehearseError::Stopped),
            failure => Ok(Trial::Failed { why: vec![failure.to_string()] }),
        }
    }

    /// The revisions once more, broken off at one moment and taken up again by a run that knows nothing of it.
    fn again(
        &mut self,
        driver: Box<dyn Driver>,
        revisions: &[Rehearsed],
        (to, after): (&Schema, &Digests),
    ) -> Result<Trial, RehearseError> {
        self.heed_stop()?;
        (self.tell)(Stage::RunningAgain);
        let mut driver = driver;
        let (history, target, options) = (self.wanted.history, self.wanted.target, self.wanted.options);
        let begun = Instant::now();
        let moment = match self.wanted.kill && driver.severer().is_some() {
            true => Moment::draw(self.wanted.seed, revisions),
            false => None,
        };
        let told = match moment {
            None => {
                if let Err(error) = apply::upgrade(driver.as_mut(), history, target, options, &mut |_| {}) {
                    return self.failed(error);
                }
                "it ran a second time, and was not killed".to_string()
            }
            Some(moment) => {
                let mut killer = Killer { moment: moment.clone(), struck: false };
                let up = (Direction::Up, target);
                let ran = apply::run_watched(driver.as_mut(), history, up, options, &mut |_| {}, &mut killer);
                // What the engine holds for the connection it holds until it has noticed.
                drop(driver);
                driver = (self.connect)()?;
                let place = format!("statement {} of {}", moment.statement, moment.revision);
                let place = match moment.after.is_zero() {
                    true => format!("before {place}"),
                    false => format!("{:.1} ms into {place}", moment.after.as_secs_f64() * 1000.0),
                };
                match ran {
                    Err(error) if matches!(*error.failure, Failure::Stopped) => return Err(RehearseError::Stopped),
                    Err(_) => {
                        (self.tell)(Stage::Resuming);
                        if let Err(error) = apply::upgrade(driver.as_mut(), history, target, options, &mut |_| {}) {
                            let failure = error.failure;
                            return Ok(Trial::Failed { why: vec![format!("killed {place}: {failure}")] });
                        }
                        format!("killed {place}, and ended by the next run")
                    }
                    Ok(_) => format!("it was over before it could be killed {place}"),
                }
            }
        };
        let took_us = micros(begun.elapsed());
        let live = driver.introspect()?;
        let mut why: Vec<String> = drift::compare(driver.as_mut(), to, &live)?.iter().map(drift::words).collect();
        why.extend(rows::differences(after, &rows::again(driver.as_mut(), after)?));
        Ok(match why.is_empty() {
            true => Trial::Passed { took_us, told },
            false => {
                why.insert(0, told);
                Trial::Failed { why }
            }
        })
    }
}

/// Those that work now, with how long they take when nobody is in their way.
fn calm(asked: &[Asked], queries: &[Query]) -> Vec<Calm> {
    let working = asked.iter().zip(queries).enumerate().filter_map(|(at, (asked, query))| {
        let last = asked.answers.last().filter(|answer| answer.came.worked())?;
        Some(Calm::of(at, query, std::time::Duration::from_micros(last.took_us)))
    });
    working.collect()
}

fn stopped(revision: &RevisionId, failure: &Failure, at: Option<usize>) -> Stopped {
    let of_statement = matches!(failure, Failure::Statement(_) | Failure::Backfill(_) | Failure::Blocked(_));
    let why = match failure {
        Failure::Statement(failed) => failed.error.message.clone(),
        other => other.to_string(),
    };
    Stopped { revision: revision.clone(), statement: at.filter(|_| of_statement), why }
}

/// What a run tells on its way.
struct Heard<'h> {
    revision: &'h RevisionId,
    drift: Option<String>,
    notices: Vec<String>,
    destroyed: Vec<Destroyed>,
    at: Option<usize>,
}

impl Heard<'_> {
    fn destroyed(&mut self, what: String, rows: Option<u64>, why: Option<&str>) {
        let (kept, why) = (why.is_none(), why.map(str::to_string));
        self.destroyed.push(Destroyed { revision: self.revision.clone(), what, rows, kept, why });
    }

    fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::StatementStarted { number, .. } => self.at = Some(number),
            Event::DriftAccepted { differences, reason } => {
                self.drift = Some(format!("{reason}: {}", differences.join("; ")));
            }
            // What the gauge had the server say is the gauge's.
            Event::Notice { text } if !text.starts_with("log: ") => self.notices.push(text.to_string()),
            Event::Kept { kept } => self.destroyed(kept.loss.to_string(), u64::try_from(kept.rows).ok(), None),
            Event::NotKept { what, why } => self.destroyed(what.to_string(), None, Some(why)),
            Event::NotSeen { statements, why } => {
                for statement in statements {
                    self.destroyed(format!("what {statement} may destroy"), None, Some(why));
                }
            }
            Event::NothingKept { losses, reason } => {
                for loss in losses {
                    self.destroyed(loss.to_string(), None, Some(reason));
                }
            }
            _otherwise => {}
        }
    }
}
