//! Whether the rows are what a contract takes for granted: filled, and in step.
//!
//! Nothing is counted: a query ends at the first few rows that are not as they should be. Where all are, it has read the
//! table once, keeping nobody out; one that takes longer than it may proves nothing, and the contract waits.

use std::collections::BTreeMap;
use std::time::Duration;

use whimbrel_plan::backfill::{BackfillPlan, FewRows};
use whimbrel_plan::evolution::dual_write::Rule;
use whimbrel_plan::revision::{Direction, Phase, Revision};
use whimbrel_plan::{DataChange, Dialect, Step};
use whimbrel_schema::{Pair, Schema};

use super::super::Failure;
use super::super::job::Job;
use super::super::runner::Runner;
use super::{WaitsFor, dropped};
use crate::backfill::{Checkpoint, State, TABLE};
use crate::ledger::Ledger;
use crate::{DriverErrorKind, backfill};

/// So many rows are named.
const NAMED: usize = 3;

/// How long somebody who only looks waits for an answer.
const GLANCE: Duration = Duration::from_secs(1);

impl<'r> Runner<'r> {
    pub(super) fn row_reasons(
        &mut self,
        job: &Job<'r>,
        chain: &[&Revision],
        ledger: &Ledger,
    ) -> Result<Vec<WaitsFor>, Failure> {
        if job.revision.phase != Some(Phase::Contract) || chain.is_empty() {
            return Ok(Vec::new());
        }
        let dialect = self.driver.dialect();
        let live = self.driver.introspect()?;
        let rules = ended(job, self, dialect, &live);
        let mut reasons = Vec::new();
        for rule in &rules {
            let Some(table) = live.table(&rule.table) else { continue };
            let Some(few) = rule.broken_rows(table, NAMED + 1, dialect) else { continue };
            let table = rule.table.to_string();
            match self.look_for(&few)? {
                Ok((rows, _)) if rows.is_empty() => {}
                Ok((rows, more)) => {
                    reasons.push(WaitsFor::OutOfStep { table, columns: rule.columns.clone(), rows, more });
                }
                Err(why) => reasons.push(WaitsFor::RowsUnseen { table, why }),
            }
        }
        let checkpoints = self.checkpoints(ledger)?;
        for link in chain {
            for (ordinal, statement) in (1..).zip(link.statements(Direction::Up, dialect)?) {
                let understanding = dialect.understand(&statement.sql);
                let fills = link.phase == Some(Phase::Backfill) && is_update(understanding.steps());
                if !statement.backfill && !fills {
                    continue;
                }
                let unproved = statement.backfill.then(|| checkpoints.get(&(link.id.to_string(), ordinal))).flatten();
                if unproved.is_some_and(|found| !is_proof(found)) {
                    let why = "its batches have not come to their end".to_string();
                    reasons.push(WaitsFor::Backfill { revision: link.id.clone(), why });
                    continue;
                }
                let plan = match BackfillPlan::new(&statement.sql, &live, dialect) {
                    Ok(plan) => plan,
                    // It has run as a whole, and says nothing that could be asked.
                    Err(_) if !statement.backfill => continue,
                    Err(not) => {
                        reasons.push(WaitsFor::Backfill { revision: link.id.clone(), why: not.reason });
                        continue;
                    }
                };
                // Being in step says more than having been filled once.
                let sets = |rule: &Rule| {
                    rule.table == plan.table
                        && plan.columns.iter().all(|set| rule.columns.iter().any(|it| live.engine.same_name(it, set)))
                };
                let Some(table) = live.table(&plan.table).filter(|_| !rules.iter().any(sets)) else { continue };
                let Some(few) = plan.few_left(table, NAMED + 1, dialect) else { continue };
                let (revision, table) = (link.id.clone(), plan.table.to_string());
                match self.look_for(&few)? {
                    Ok((rows, _)) if rows.is_empty() => {}
                    Ok((rows, more)) => reasons.push(WaitsFor::RowsLeft { revision, table, rows, more }),
                    Err(why) => reasons.push(WaitsFor::RowsUnseen { table, why }),
                }
            }
        }
        Ok(reasons)
    }

    /// The rows by name and whether there are more; or why nobody can tell.
    fn look_for(&mut self, few: &FewRows) -> Result<Result<(Vec<String>, bool), String>, Failure> {
        self.heed_stop()?;
        let at_most = if self.glancing { Some(GLANCE) } else { self.options.timeouts.statement };
        match self.driver.query_within(&few.sql, at_most) {
            Ok(rows) => {
                let named = rows.iter().take(NAMED).map(|row| few.name(row)).collect();
                Ok(Ok((named, rows.len() > NAMED)))
            }
            Err(error) => match error.kind {
                DriverErrorKind::Cancelled => Err(Failure::Stopped),
                DriverErrorKind::Lost | DriverErrorKind::Connect => Err(error.into()),
                DriverErrorKind::TimedOut => {
                    let time = at_most.unwrap_or_default().as_secs_f64();
                    Ok(Err(format!("it takes longer than {time} s to look at them all")))
                }
                DriverErrorKind::Busy
                | DriverErrorKind::Unwritable
                | DriverErrorKind::Forbidden
                | DriverErrorKind::Statement
                | DriverErrorKind::Unsupported => Ok(Err(error.message)),
            },
        }
    }

    /// The last checkpoint of each batched UPDATE, by its revision and its place there.
    fn checkpoints(&mut self, ledger: &Ledger) -> Result<BTreeMap<(String, i64), Checkpoint>, Failure> {
        if !self.driver.has_table(TABLE)? {
            return Ok(BTreeMap::new());
        }
        let found = backfill::read(self.driver)?.into_iter().filter_map(|checkpoint| {
            let event = ledger.events.iter().find(|event| event.seq == checkpoint.seq)?;
            Some(((event.revision.to_string(), checkpoint.ordinal), checkpoint))
        });
        Ok(found.collect())
    }
}

/// Whether the batches went to their end: none was left, or each row was passed once where no more can be known.
fn is_proof(checkpoint: &Checkpoint) -> bool {
    checkpoint.state == State::Done && (checkpoint.proof == "once" || checkpoint.left == Some(0))
}

fn is_update(steps: &[Step]) -> bool {
    matches!(steps, [Step::ChangeData { change: DataChange::Update, .. }])
}

/// The rules that hold before the contract and not after it, by the history; where that is not certain, all that the
/// database has.
fn ended(job: &Job<'_>, runner: &Runner<'_>, dialect: &dyn Dialect, live: &Schema) -> Vec<Rule> {
    let rules = |schema: &Schema| -> Vec<Rule> {
        schema.tables.values().flat_map(|table| dialect.rules(table, schema)).collect()
    };
    match dropped::around(job, runner.history, dialect) {
        Some(Pair { from, to }) => {
            let after = rules(&to);
            rules(&from).into_iter().filter(|rule| !after.contains(rule)).collect()
        }
        None => rules(live),
    }
}
