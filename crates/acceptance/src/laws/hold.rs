use anyhow::{Context, Result, ensure};
use whimbrel_plan::autogenerate::{DraftStatement, draft};
use whimbrel_plan::{Choices, Rename};
use whimbrel_schema::Pair;

use super::by::{By, ByHand};
use super::oracle::Compared;
use super::route::{Route, Through, described};
use super::{Moves, backfilled, ensure_same, ensure_same_dump, expect, fold, made};
use crate::case::{Case, Choice, Part};
use crate::database::Database;

/// What was looked at, so that a run can tell whether it looked at anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    pub changes: usize,
    pub statements: usize,
    pub rows: usize,
    pub dumps: usize,
    pub undone: usize,
    /// Cases that went over a middle.
    pub chains: usize,
}

impl std::ops::AddAssign for Held {
    fn add_assign(&mut self, other: Held) {
        self.changes += other.changes;
        self.statements += other.statements;
        self.rows += other.rows;
        self.dumps += other.dumps;
        self.undone += other.undone;
        self.chains += other.chains;
    }
}

impl std::fmt::Display for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Held { changes, statements, rows, dumps, undone, chains } = self;
        write!(
            f,
            "{changes} changes, {statements} statements, {rows} rows kept, {dumps} dumps equal, {undone} undone"
        )?;
        write!(f, ", {chains} chains")
    }
}

/// Convergence, preservation and undo, on two empty databases of one engine.
pub fn hold(case: &Case, databases: Pair<&mut Database>, through: Through, with_dump: bool) -> Result<Held> {
    hold_by(case, databases, through, with_dump, &mut ByHand)
}

/// The same, with somebody else who runs the revisions.
pub fn hold_by(
    case: &Case,
    databases: Pair<&mut Database>,
    through: Through,
    with_dump: bool,
    by: &mut dyn By,
) -> Result<Held> {
    let engine = databases.from.ground.engine;
    let Pair { from: here, to: there } = databases;
    let Pair { from, to } = made(case, Pair::new(&mut *here, &mut *there))?;
    for (part, schema, database) in [(Part::From, &from, &mut *here), (Part::To, &to, &mut *there)] {
        let folded = fold(case.sql(part, engine), database.driver.dialect())?;
        ensure_same("folded → introspected", Pair::new(&folded, schema), database.driver.as_mut())?;
    }
    here.driver.execute_script(case.sql(Part::Rows, engine)).context("the engine refused the rows")?;

    let choices = choices(case)?;
    let route = Route::of(Pair::new(from.clone(), to.clone()), here.driver.dialect(), &choices, through)?;
    route.check(case)?;
    let moves = Moves::of(case);
    let kept = expect(Pair::new(&from, &to), &moves, here.driver.as_mut(), false)?;
    let undo = match case.choices.iter().find(|choice| matches!(choice, Choice::NoUndo(_))) {
        Some(_) => None,
        None => Some(expect(Pair::new(&from, &to), &moves, here.driver.as_mut(), true)?),
    };

    by.up(here, Pair::new(&route.up, &route.down)).with_context(|| format!("the upgrade of\n{}", script(&route.up)))?;
    let told = || format!("after\n{}", script(&route.up));
    let reached = here.driver.introspect()?;
    ensure_same("reached → wanted", Pair::new(&reached, &to), here.driver.as_mut()).with_context(told)?;
    let next = draft(Pair::new(reached.clone(), to.clone()), here.driver.dialect(), &Choices::default())?;
    ensure!(next.changes.is_empty(), "the next draft has {} {}", described(&next.changes), told());
    for expectation in &kept {
        expectation.check(here.driver.as_mut()).with_context(told)?;
    }
    backfilled(Pair::new(&from, &to), &moves, here.driver.as_mut()).with_context(told)?;
    let mut held = Held {
        changes: route.changes.len(),
        statements: route.up.iter().map(Vec::len).sum(),
        chains: usize::from(!route.phases.is_empty()),
        rows: kept.iter().map(super::Expectation::rows).sum(),
        ..Held::default()
    };
    if with_dump {
        let schemas = Pair::new(&reached, &to);
        let compared = ensure_same_dump(Pair::new(&mut *here, &mut *there), schemas).with_context(told)?;
        held.dumps += usize::from(compared == Compared::Yes);
    }
    if let Some(undo) = undo {
        let told = || format!("after the upgrade\n{}\nand the downgrade\n{}", script(&route.up), script(&route.down));
        by.down(here, &route.down).with_context(told)?;
        let back = here.driver.introspect()?;
        ensure_same("undone → from", Pair::new(&back, &from), here.driver.as_mut()).with_context(told)?;
        for expectation in &undo {
            expectation.check(here.driver.as_mut()).with_context(told)?;
        }
        held.undone += route.down.iter().map(Vec::len).sum::<usize>();
    }
    Ok(held)
}

/// What a person answered, as the planner takes it.
pub fn choices(case: &Case) -> Result<Choices> {
    let mut choices = Choices::default();
    for choice in &case.choices {
        match choice {
            Choice::Rename(pair) => choices.renames.push(Rename::parse(pair)?),
            Choice::AllowDrop(table) => choices.allow_drop.push(whimbrel_plan::object_name(table)),
            Choice::Backfill(place, expression) => {
                let (place, expression) = Choices::parse_assignment(&format!("{place}={expression}"))?;
                choices.backfills.insert(place, expression);
            }
            Choice::Using(place, expression) => {
                let (place, expression) = Choices::parse_assignment(&format!("{place}={expression}"))?;
                choices.usings.insert(place, expression);
            }
            Choice::NoUndo(_)
            | Choice::PreparesAgain(_)
            | Choice::AllowQuestions
            | Choice::AllowDoubts
            | Choice::NoChanges
            | Choice::Phases(_) => {}
        }
    }
    Ok(choices)
}

fn script(revisions: &[Vec<DraftStatement>]) -> String {
    let text = |statements: &Vec<DraftStatement>| -> String {
        statements.iter().map(|statement| format!("{};\n", statement.sql)).collect()
    };
    revisions.iter().map(text).collect::<Vec<_>>().join("--\n")
}
