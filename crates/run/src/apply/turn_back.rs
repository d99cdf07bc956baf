//! Undoing a revision of which an earlier run did only a part.
//!
//! The downgrade is written for the whole of it. So the database is looked at: a statement whose effect is there
//! already, because what it undoes was never done, is left out; the others run. Before any of them does, it is proved
//! that they lead to the schema before the revision; where that cannot be proved, nothing is done, and the way is the
//! long one, to its end and back.

use std::collections::BTreeSet;

use whimbrel_plan::backfill;
use whimbrel_plan::fold;
use whimbrel_plan::revision::{Direction, Revision, RevisionId};
use whimbrel_plan::{DataChange, Dialect, Step, Understanding};
use whimbrel_schema::{ObjectName, Schema};

use super::job::{Job, Prepared};
use super::recover::{Decision, decide, decide_step};
use super::resume::done_before;
use super::runner::{Runner, Turn};
use super::{Failure, Refusal};
use crate::backfill::Checkpoints;
use crate::event::Found;
use crate::guard::first_line;
use crate::ledger::{self, LedgerEvent, StatementOutcome, StatementRow};
use crate::{Event, drift};

/// How far the upgrade got with changing rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// Every statement that changes any has run, if there is one.
    Changed,
    Partly,
}

impl<'r> Runner<'r> {
    /// Undoes what an upgrade did that stopped half-way.
    pub fn turn_back(
        &mut self,
        event: &LedgerEvent,
        revision: &'r Revision,
        wanted: &BTreeSet<RevisionId>,
    ) -> Result<Turn, Failure> {
        let (up, rows) = self.half_done(revision, event.seq)?;
        let done = done_before(&up, &rows)?;
        (self.listen)(Event::Unfinished { event, done, of: up.statements.len() });
        let mut job = self.prepare(revision)?;
        self.clear_away(&up, rows.get(done), done)?;
        self.leave_out_what_is_so(&mut job, 0, (&up, done))?;
        job.takes_over = Some(event.seq);
        let others = wanted.iter().filter(|id| **id != event.revision && self.report.applied.contains(*id)).count();
        self.run_job(&job, 1, 1 + others)
    }

    /// The same once more, for a run that stopped while it undid `half`.
    pub fn take_up_turning_back(&mut self, job: &mut Job<'r>, from: usize, half: i64) -> Result<(), Failure> {
        let (up, rows) = self.half_done(job.revision, half)?;
        let done = done_before(&up, &rows)?;
        job.takes_over = Some(half);
        self.leave_out_what_is_so(job, from, (&up, done))
    }

    fn half_done(&mut self, revision: &'r Revision, seq: i64) -> Result<(Job<'r>, Vec<StatementRow>), Failure> {
        let up = Job::prepare(revision, Direction::Up, self.driver.dialect())?;
        Ok((up, ledger::statements_of(self.driver, seq)?))
    }

    /// What the statement at which the upgrade stopped may have left half-way.
    fn clear_away(&mut self, up: &Job<'_>, row: Option<&StatementRow>, at: usize) -> Result<(), Failure> {
        let (Some(row), Some(prepared)) = (row, up.statements.get(at)) else { return Ok(()) };
        if prepared.statement.backfill {
            return Ok(());
        }
        let live = self.driver.introspect()?;
        let sql = row.sql.as_deref().unwrap_or_default();
        if let Decision::DropInvalid(index) = decide(sql, row.outcome, &live, self.driver.dialect()) {
            (self.listen)(Event::Cleared { what: &format!("the invalid index `{index}`") });
            self.drop_index(&index, &live)?;
        }
        self.clear_leftovers(prepared)?;
        Ok(())
    }

    /// Marks the statements of the downgrade that find their effect there, and proves the rest.
    fn leave_out_what_is_so(&mut self, job: &mut Job<'_>, from: usize, up: (&Job<'_>, usize)) -> Result<(), Failure> {
        let dialect = self.driver.dialect();
        let live = self.driver.introspect()?;
        self.foresight.start_at(live.clone());
        let rows = match up.0.statements.iter().skip(up.1).any(changes_rows) {
            true => Rows::Partly,
            false => Rows::Changed,
        };
        let mut way = Way { now: live, rows, made: Vec::new(), stood: Vec::new(), dialect };
        let of = job.statements.len();
        for (at, prepared) in job.statements.iter_mut().enumerate().skip(from) {
            let stands = way.take(prepared).map_err(|reason| stuck(&job.revision.id, reason))?;
            if stands {
                prepared.leave_out();
                let (sql, ordinal) = (prepared.statement.sql.as_str(), at + 1);
                (self.listen)(Event::Recovered { sql, ordinal, of, found: Found::LeftOut });
            }
        }
        let before = drift::expected(self.driver, self.history, &self.report.applied)
            .map_err(|why| stuck(&job.revision.id, format!("what it has to lead to is not known: {why}")))?;
        let differences = drift::compare(self.driver, &before, &way.now)?;
        match differences.first() {
            None => Ok(()),
            Some(first) => {
                let more = match differences.len() {
                    1 => String::new(),
                    count => format!(", and {} more", count - 1),
                };
                let reason =
                    format!("its downgrade would not lead to the schema before it: {}{more}", drift::words(first));
                Err(stuck(&job.revision.id, reason))
            }
        }
    }

    /// The batches of an upgrade that is undone go on no more.
    pub fn forget_batches(&mut self, job: &Job<'_>) -> Result<(), Failure> {
        let Some(half) = job.takes_over else { return Ok(()) };
        let checkpoints = Checkpoints::of(self.driver);
        for checkpoint in crate::backfill::read(self.driver)?.iter().filter(|checkpoint| checkpoint.seq == half) {
            for statement in checkpoints.forget(self.driver, checkpoint)? {
                self.driver.execute(&statement)?;
            }
        }
        Ok(())
    }
}

fn stuck(revision: &RevisionId, reason: String) -> Failure {
    Refusal::NoWayBackFromHere { revision: revision.clone(), reason }.into()
}

fn changes_rows(prepared: &Prepared) -> bool {
    match &prepared.understanding {
        Understanding::Unknown { .. } => true,
        Understanding::Known { steps, .. } => steps.iter().any(|step| matches!(step, Step::ChangeData { .. })),
    }
}

/// The schema on the way down, statement by statement.
struct Way<'d> {
    now: Schema,
    rows: Rows,
    /// Tables and columns that this downgrade makes: nobody's values are in them.
    made: Vec<(ObjectName, Option<String>)>,
    /// Tables and columns that it would have made, and that were never taken away.
    stood: Vec<(ObjectName, Option<String>)>,
    dialect: &'d dyn Dialect,
}

impl Way<'_> {
    /// Whether the statement's effect is there already; else it is taken for done.
    fn take(&mut self, prepared: &Prepared) -> Result<bool, String> {
        let sql = &prepared.statement.sql;
        let steps = match &prepared.understanding {
            Understanding::Known { steps, .. } => steps,
            Understanding::Unknown { reason, .. } => {
                return Err(format!("`{}` of its downgrade is not understood: {reason}", first_line(sql)));
            }
        };
        let mut stand = Vec::with_capacity(steps.len());
        for step in steps {
            let stands = self.step(step, sql)?;
            stand.push(stands);
        }
        match (stand.iter().all(|it| *it), stand.iter().any(|it| *it)) {
            (true, true) => Ok(true),
            (_, false) => Ok(false),
            (false, true) => Err(format!(
                "some of what `{}` of its downgrade does is there already, and some is not",
                first_line(sql)
            )),
        }
    }

    fn step(&mut self, step: &Step, sql: &str) -> Result<bool, String> {
        if let Step::ChangeData { change, tables } = step {
            return self.data(*change, tables, sql);
        }
        let stands = match decide_step(step, StatementOutcome::Intent, &self.now, self.dialect) {
            Decision::Done => true,
            Decision::Again => false,
            // An earlier try of the upgrade to drop it left it so; it is built anew, as after any such try.
            Decision::DropInvalid(index) => {
                let drop = Step::DropIndex { index, concurrently: false, if_exists: false, cascade: false };
                fold::apply(&mut self.now, &drop, self.dialect).map_err(|error| error.to_string())?;
                false
            }
            Decision::Ask(reason) => return Err(format!("`{}` of its downgrade: {reason}", first_line(sql))),
        };
        if !stands {
            fold::apply(&mut self.now, step, self.dialect).map_err(|error| error.to_string())?;
        }
        let known = if stands { &mut self.stood } else { &mut self.made };
        if let Step::CreateTable { table, .. } = step {
            known.push((table.name.clone(), None));
        } else if let Step::AddColumn { table, column, .. } = step {
            known.push((table.clone(), Some(column.name.clone())));
        } else if let Step::RenameTable { from, to } = step {
            for (table, _) in self.made.iter_mut().chain(&mut self.stood).filter(|(table, _)| table == from) {
                *table = to.clone();
            }
        }
        Ok(stands)
    }

    /// A statement that changes rows back is right where the upgrade had changed all of them, and where what it fills
    /// is empty. It is not needed where what it fills was never taken away.
    fn data(&self, change: DataChange, tables: &[ObjectName], sql: &str) -> Result<bool, String> {
        let places: Vec<(ObjectName, Option<String>)> = match change {
            DataChange::Update => match backfill::read(sql, self.dialect) {
                Ok(update) => {
                    let columns = update.assignments.iter().flat_map(|it| &it.columns);
                    columns.map(|column| (update.table.clone(), Some(column.clone()))).collect()
                }
                Err(_) => Vec::new(),
            },
            DataChange::Insert | DataChange::Delete | DataChange::Truncate | DataChange::Merge => {
                tables.iter().map(|table| (table.clone(), None)).collect()
            }
        };
        let engine = self.now.engine;
        let all_in = |known: &[(ObjectName, Option<String>)]| {
            !places.is_empty()
                && places.iter().all(|(table, column)| {
                    known.iter().any(|(of, made)| {
                        of.is(table, engine)
                            && match (made, column) {
                                (None, _) => true,
                                (Some(made), Some(column)) => engine.same_name(made, column),
                                (Some(_), None) => false,
                            }
                    })
                })
        };
        match self.rows {
            _ if all_in(&self.stood) => Ok(true),
            _ if all_in(&self.made) => Ok(false),
            Rows::Changed => Ok(false),
            Rows::Partly => Err(format!(
                "`{}` of its downgrade changes rows back, and the upgrade had not changed all of them",
                first_line(sql)
            )),
        }
    }
}
