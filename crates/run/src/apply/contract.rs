//! The gate in front of what takes something away that running code may use.
//!
//! It looks before anything runs, and holds back instead of failing: what may run does, and what waits is in the report
//! with what it waits for. Where the code is and how it is searched is behind a trait: git and files are no business of
//! this crate.

mod chain;
mod code;
mod dropped;
mod rows;
mod tightened;
mod waits;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, Phase, Revision, RevisionId};

use super::Failure;
use super::job::Job;
use super::runner::Runner;
use crate::Deploy;
use crate::ledger::{self, DeployRow, EventDirection, Ledger};

pub use code::{Code, Place, Whose};
pub use dropped::Dropped;
pub(super) use dropped::{by as dropped_by, takes_away};
pub use waits::{Waiting, WaitsFor};

/// What holds contracts back, where the gate is there at all.
#[derive(Debug, Clone)]
pub struct ContractGate {
    /// How long old and new have to stand side by side.
    pub soak: Duration,
    pub code: Arc<dyn Code>,
    /// Go through all the same, and why.
    pub now: Option<String>,
}

/// What the ledger says about deploys, from where this run stands.
struct Standing<'a> {
    /// Every revision that is applied, and by which deploy and when.
    ledger: &'a Ledger,
    deploys: &'a [DeployRow],
    deploy: Option<&'a Deploy>,
}

impl Standing<'_> {
    /// The last deploy that was another one: its code runs now.
    fn running(&self) -> Option<&DeployRow> {
        self.deploys.iter().rev().find(|row| !self.deploy.is_some_and(|this| is_same(row, this)))
    }

    /// The labels of the deploys whose code was looked at when something is let through.
    fn at_hand(&self) -> Vec<String> {
        let running = self.running().map(|row| row.label.clone());
        running.into_iter().chain(self.deploy.map(|deploy| deploy.label.clone())).collect()
    }

    /// Whether the deploy of this label is the one at hand.
    fn is_this(&self, label: &str, this: &Deploy) -> bool {
        label == this.label || self.deploys.iter().any(|row| row.label == label && is_same(row, this))
    }
}

/// A rollout that is tried again is the same one, whatever it is called: the code before it may still run.
fn is_same(row: &DeployRow, this: &Deploy) -> bool {
    row.label == this.label || this.commit.is_some() && row.commit == this.commit
}

/// Whether a contract would wait for the next deploy, whatever else it waits for: its chain is not applied yet, or was
/// by the deploy that came last.
pub fn waits_for_next_deploy(history: &History, ledger: &Ledger, contract: &Revision) -> bool {
    let applied = ledger.standing();
    let last = ledger.events.iter().rev().find_map(|event| event.deploy.as_deref());
    chain::before(contract, history).iter().any(|link| match applied.get(&link.id) {
        None => true,
        Some(event) => last.is_some() && event.deploy.as_deref() == last,
    })
}

impl<'r> Runner<'r> {
    /// Whether it may wait here while others run.
    pub fn can_be_held(&self, job: &Job<'_>) -> bool {
        self.options.contracts.is_some() && self.direction == Direction::Up && dropped::takes_away(job)
    }

    /// Of what is to run, what may; the rest is in the report.
    pub fn hold_back<'j>(&mut self, ledger: &Ledger, jobs: Vec<&'j Job<'r>>) -> Result<Vec<&'j Job<'r>>, Failure> {
        let options = self.options;
        self.report.waiting.clear();
        let Some(gate) = options.contracts.as_ref().filter(|_| self.direction == Direction::Up) else {
            return Ok(jobs);
        };
        if !jobs.iter().any(|job| dropped::takes_away(job)) {
            return Ok(jobs);
        }
        let deploys = ledger::deploys(self.driver)?;
        if self.is_fresh(ledger, &deploys) {
            return Ok(jobs);
        }
        let standing = Standing { ledger, deploys: &deploys, deploy: options.actor.deploy.as_ref() };
        let pending: BTreeSet<&RevisionId> = jobs.iter().map(|job| &job.revision.id).collect();
        let mut held: BTreeSet<RevisionId> = BTreeSet::new();
        let mut may = Vec::with_capacity(jobs.len());
        for job in jobs {
            let id = &job.revision.id;
            let mut reasons = match self.overtakes(job.revision, &held) {
                Ok(()) if dropped::takes_away(job) => self.reasons(job, gate, &standing, &pending)?,
                Ok(()) => Vec::new(),
                Err(before) => vec![before],
            };
            if reasons.is_empty() && dropped::takes_away(job) {
                self.cleared.insert(id.clone(), standing.at_hand());
            }
            if let (Some(reason), false) = (&gate.now, reasons.is_empty()) {
                let passed: Vec<String> = reasons.iter().map(WaitsFor::to_string).collect();
                let note = format!("contracted now: {reason}: {}", passed.join("; "));
                self.passed.insert(id.clone(), note);
                reasons.clear();
            }
            // No reason that somebody gives answers a question.
            if self.can_be_held(job) && !job.unanswered.is_empty() {
                let file = job.revision.source.file.display().to_string();
                reasons.push(WaitsFor::Answer { questions: job.unanswered.clone(), file });
            }
            if reasons.is_empty() {
                may.push(job);
                continue;
            }
            let revision = job.revision;
            let phase = revision.effective_phase();
            let (revision, message) = (revision.id.clone(), revision.message.clone());
            let needed = !job.statements.is_empty() && !dropped::takes_away(job);
            self.report.waiting.push(Waiting { revision, message, phase, needed, reasons });
            held.insert(id.clone());
        }
        Ok(may)
    }

    /// Whether it rests on nothing that is held, or may run before that all the same.
    fn overtakes(&self, revision: &Revision, held: &BTreeSet<RevisionId>) -> Result<(), WaitsFor> {
        if held.is_empty() {
            return Ok(());
        }
        let below = self.history.closure([&revision.id]);
        let Some(first) = held.iter().find(|held| below.contains(*held)) else { return Ok(()) };
        let apart = self.history.stands_apart(revision, held, self.driver.dialect());
        apart.map_err(|why| WaitsFor::Before { revision: first.clone(), why })
    }

    /// No code can have run on a database at base; nor on one that this very deploy found there and did not finish.
    fn is_fresh(&self, ledger: &Ledger, deploys: &[DeployRow]) -> bool {
        let this = self.options.actor.deploy.as_ref();
        let began = || match (deploys, this) {
            ([only], Some(deploy)) => only.from_base && only.commit.is_some() && only.is(deploy),
            (_, Some(_) | None) => false,
        };
        ledger.standing().is_empty() || began()
    }

    fn reasons(
        &mut self,
        job: &Job<'r>,
        gate: &ContractGate,
        standing: &Standing<'_>,
        pending: &BTreeSet<&RevisionId>,
    ) -> Result<Vec<WaitsFor>, Failure> {
        let mut reasons = Vec::new();
        let applied = standing.ledger.standing();
        let chain = match job.revision.phase {
            Some(Phase::Contract) => chain::before(job.revision, self.history),
            Some(Phase::Expand | Phase::Backfill) | None => Vec::new(),
        };
        for link in &chain {
            let Some(event) = applied.get(&link.id) else {
                if pending.contains(&link.id) {
                    reasons.push(WaitsFor::NextDeploy { begun: link.id.clone(), under: None });
                }
                continue;
            };
            match (standing.deploy, event.deploy.as_deref()) {
                (None, _) => reasons.push(WaitsFor::DeployUnknown),
                (Some(this), Some(then)) if standing.is_this(then, this) => {
                    let under = (then != this.label).then(|| then.to_string());
                    reasons.push(WaitsFor::NextDeploy { begun: link.id.clone(), under });
                }
                (Some(_), Some(_) | None) => {}
            }
            if link.phase == Some(Phase::Backfill) && event.direction == EventDirection::Stamp {
                let why = "it was stamped, and not run here".to_string();
                reasons.push(WaitsFor::Backfill { revision: link.id.clone(), why });
            }
        }
        // Nothing was begun that a deploy could have been after.
        let stands_alone = chain.is_empty() && job.revision.phase == Some(Phase::Contract);
        if stands_alone && tightened::tightens(job, self.history, self.driver.dialect()) {
            reasons.extend(is_news(job, gate, standing));
        }
        let times = chain.iter().filter_map(|link| applied.get(&link.id));
        let last = times.map(|event| event.finished_at.as_deref().unwrap_or(&event.started_at)).max();
        if let Some(left) = last.and_then(|last| soak_left(last, gate.soak)) {
            let minutes = left.as_secs().div_ceil(60);
            reasons.push(WaitsFor::Soak { hours_left: minutes / 60, minutes_left: minutes % 60 });
        }
        one_of_a_kind(&mut reasons);
        // Whoever waits for the next deploy anyway is not to be told of code that the next deploy may not have, nor of
        // rows that are written until then.
        if reasons.is_empty() {
            reasons = self.row_reasons(job, &chain, standing.ledger)?;
            reasons.extend(self.code_reasons(job, gate, standing));
        }
        Ok(reasons)
    }

    fn code_reasons(&mut self, job: &Job<'r>, gate: &ContractGate, standing: &Standing<'_>) -> Vec<WaitsFor> {
        let dropped = match dropped::by(job, self.history, self.driver.dialect()) {
            Ok(dropped) => dropped,
            Err(sql) => return vec![WaitsFor::Unread { sql }],
        };
        if dropped.is_empty() {
            return Vec::new();
        }
        let mut reasons = Vec::new();
        let mut look = |whose: Whose<'_>, deploy: Option<&str>| match gate.code.places(whose, &dropped) {
            Ok(places) if places.iter().any(|place| place.blocks) => {
                reasons.push(WaitsFor::Code { deploy: deploy.map(str::to_string), places });
            }
            Ok(_) => {}
            Err(why) => reasons.push(WaitsFor::CodeUnknown { why }),
        };
        match standing.running() {
            Some(DeployRow { label, commit: Some(commit), .. }) => look(Whose::Commit(commit), Some(label)),
            Some(DeployRow { label, commit: None, .. }) => {
                reasons.push(without_commit(label));
                return reasons;
            }
            None => return vec![no_deploy_before()],
        }
        look(Whose::WorkingTree, None);
        if let (true, Some(word)) = (reasons.is_empty(), gate.code.word(&dropped)) {
            self.passed.insert(job.revision.id.clone(), word);
        }
        reasons
    }
}

/// Whether the code that runs is from before the revision: it was written for what the schema is now.
fn is_news(job: &Job<'_>, gate: &ContractGate, standing: &Standing<'_>) -> Option<WaitsFor> {
    let (deploy, commit) = match standing.running() {
        Some(DeployRow { label, commit: Some(commit), .. }) => (label.clone(), commit),
        Some(DeployRow { label, commit: None, .. }) => return Some(without_commit(label)),
        None => return Some(no_deploy_before()),
    };
    match gate.code.has(commit, &job.revision.source.file) {
        Ok(true) => None,
        Ok(false) => Some(WaitsFor::CodeFromBefore { deploy }),
        Err(why) => Some(WaitsFor::CodeUnknown { why }),
    }
}

fn without_commit(label: &str) -> WaitsFor {
    WaitsFor::CodeUnknown { why: format!("deploy {label} came without its commit") }
}

fn no_deploy_before() -> WaitsFor {
    WaitsFor::CodeUnknown { why: "no deploy before this one is on the ledger".to_string() }
}

/// The first of each kind says enough.
fn one_of_a_kind(reasons: &mut Vec<WaitsFor>) {
    let mut seen = Vec::new();
    reasons.retain(|reason| {
        let kind = std::mem::discriminant(reason);
        let new = !seen.contains(&kind);
        seen.push(kind);
        new
    });
}

/// How much of the soak time is left. A time that cannot be read is taken for now.
fn soak_left(last: &str, soak: Duration) -> Option<Duration> {
    let gone = match last.parse::<jiff::Timestamp>() {
        Ok(then) => Duration::try_from(jiff::Timestamp::now().duration_since(then)).unwrap_or_default(),
        Err(_) => Duration::ZERO,
    };
    soak.checked_sub(gone).filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soak_time_runs_from_the_last_link() {
        let hour = Duration::from_secs(3600);
        assert_eq!(soak_left("2020-01-01T00:00:00.000Z", hour), None);
        let now = jiff::Timestamp::now().to_string();
        assert!(soak_left(&now, hour).is_some_and(|left| left > hour / 2));
        assert_eq!(soak_left(&now, Duration::ZERO), None);
        assert_eq!(soak_left("no time", hour), Some(hour));
    }
}
