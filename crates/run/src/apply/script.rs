use std::collections::BTreeSet;
use std::fmt::Write;

use thiserror::Error;
use whimbrel_plan::Dialect;
use whimbrel_plan::history::{History, TargetError, TargetRange};
use whimbrel_plan::revision::{Direction, Revision, RevisionId};

use super::job::{Group, Job};
use super::{Failure, on_code};
use crate::Actor;
use crate::ledger::{CURRENT, Effect, EventRow, Outcome, Seq, Tables, Time};

/// Why no script can be written.
#[derive(Debug, Error)]
pub enum ScriptError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Revision(Box<Failure>),
    #[error("a script for a downgrade needs both ends, like `heads:base`")]
    NoStart,
}

/// The SQL that takes a database from one place in the history up to another, ledger and all, to be run elsewhere.
pub fn upgrade_script(
    history: &History,
    range: &TargetRange,
    dialect: &dyn Dialect,
    actor: &Actor,
) -> Result<String, ScriptError> {
    let applied = start(history, range)?;
    let path = history.upgrade_path(&applied, &range.to)?;
    write(history, &path, Direction::Up, applied.is_empty(), dialect, actor)
}

/// The way back down.
pub fn downgrade_script(
    history: &History,
    range: &TargetRange,
    dialect: &dyn Dialect,
    actor: &Actor,
) -> Result<String, ScriptError> {
    let applied = start(history, range)?;
    if applied.is_empty() {
        return Err(ScriptError::NoStart);
    }
    let path = history.downgrade_path(&applied, &range.to)?;
    write(history, &path, Direction::Down, false, dialect, actor)
}

/// What is taken to be applied where the script begins.
fn start(history: &History, range: &TargetRange) -> Result<BTreeSet<RevisionId>, TargetError> {
    let from = history.resolve(&range.from, &BTreeSet::new())?;
    Ok(history.closure(from.iter().map(|revision| &revision.id)))
}

fn write(
    history: &History,
    path: &[&Revision],
    direction: Direction,
    from_empty: bool,
    dialect: &dyn Dialect,
    actor: &Actor,
) -> Result<String, ScriptError> {
    let tables = Tables::within(None, dialect);
    let jobs = path.iter().map(|revision| Job::prepare(revision, direction, dialect));
    let jobs: Vec<Job<'_>> =
        jobs.collect::<Result<_, _>>().map_err(|failure| ScriptError::Revision(Box::new(failure)))?;
    let mut script = Script { text: String::new(), in_transaction: false };
    script.line(&format!("-- {direction} of {}, written by whimbrel {}", counted(jobs.len()), actor.version));
    for line in dialect.script_preamble() {
        script.statement(line);
    }
    if from_empty && !jobs.is_empty() {
        script.open();
        for statement in tables.create() {
            script.statement(&statement);
        }
        script.close();
    }
    if let Some(deploy) = actor.deploy.as_ref().filter(|_| !jobs.is_empty()) {
        script.open();
        if !from_empty {
            for statement in tables.add_missing() {
                script.statement(&statement);
            }
        }
        script.statement(&tables.insert_deploy(deploy, actor, CURRENT, from_empty));
        script.close();
    }
    if !from_empty && direction == Direction::Up && !jobs.is_empty() {
        script.open();
        script.statement(&tables.create_effects());
    }
    for job in &jobs {
        let effect = (direction == Direction::Up).then(|| on_code::effect(job, history, dialect));
        job.write(&mut script, &tables, actor, effect);
    }
    Ok(script.text)
}

/// A script has nobody who looks after batches.
const IN_ONE: &str = "-- backfill: here it is one statement, which keeps every row that it changes locked until it ends;\n\
                      -- `whimbrel upgrade` runs it in batches";

fn counted(revisions: usize) -> String {
    match revisions {
        1 => "1 revision".to_string(),
        many => format!("{many} revisions"),
    }
}

/// SQL being written, statement by statement.
struct Script {
    text: String,
    in_transaction: bool,
}

impl Script {
    fn line(&mut self, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }

    fn statement(&mut self, sql: &str) {
        // A semicolon behind a comment would be part of it.
        let commented = sql.lines().next_back().is_some_and(|last| last.contains("--"));
        self.line(&format!("{sql}{};", if commented { "\n" } else { "" }));
    }

    fn open(&mut self) {
        if !self.in_transaction {
            self.statement("BEGIN");
            self.in_transaction = true;
        }
    }

    fn close(&mut self) {
        if self.in_transaction {
            self.statement("COMMIT");
            self.in_transaction = false;
        }
    }
}

impl Job<'_> {
    fn write(&self, script: &mut Script, tables: &Tables<'_>, actor: &Actor, effect: Option<(Effect, String)>) {
        let revision = self.revision;
        script.line("");
        script.line(&format!("-- {} {}: {}", self.direction, revision.id, revision.message));
        for group in self.groups(0) {
            match group {
                Group::Transaction(range) => {
                    script.open();
                    for prepared in self.statements.get(range).unwrap_or_default() {
                        script.statement(&prepared.statement.sql);
                    }
                }
                Group::Backfill(at) => {
                    script.close();
                    if let Some(prepared) = self.statements.get(at) {
                        script.line(IN_ONE);
                        script.statement(&prepared.statement.sql);
                    }
                }
                // A statement by itself is a transaction by itself.
                Group::Own(at) | Group::Alone(at) => {
                    script.close();
                    if let Some(prepared) = self.statements.get(at) {
                        script.statement(&prepared.statement.sql);
                    }
                }
            }
        }
        script.open();
        let row = EventRow {
            seq: Seq::Next,
            revision: &revision.id,
            direction: self.direction.into(),
            outcome: Outcome::Done,
            checksum: Some(&revision.checksum),
            message: &revision.message,
            fingerprint_before: None,
            fingerprint_after: None,
            time: Time::Current,
            note: Some("by script"),
            begun: None,
            statements: &[],
        };
        script.statement(&tables.insert_event(&row, actor));
        if let Some((effect, told)) = effect {
            script.statement(&tables.insert_last_effect(effect, &told, &[]));
        }
        script.close();
    }
}
