use anyhow::{Context, Result, anyhow, ensure};
use whimbrel_plan::autogenerate::{Draft, DraftStatement, draft};
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, Revision, RevisionId};
use whimbrel_run::apply::{self, Options};
use whimbrel_run::{Actor, Event, keep};
use whimbrel_schema::Pair;

use super::{Moves, choices, ensure_same, expect, made};
use crate::case::{Case, Choice, Part};
use crate::database::Database;

/// What was looked at, so that a run can tell whether it looked at anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct GivenBack {
    pub cases: usize,
    pub rows: usize,
    /// Tables, columns, conversions that were kept and came back.
    pub kept: usize,
    /// That it was said could not be kept.
    pub not_kept: usize,
}

impl std::ops::AddAssign for GivenBack {
    fn add_assign(&mut self, other: GivenBack) {
        self.cases += other.cases;
        self.rows += other.rows;
        self.kept += other.kept;
        self.not_kept += other.not_kept;
    }
}

impl std::fmt::Display for GivenBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let GivenBack { cases, rows, kept, not_kept } = self;
        write!(f, "{cases} cases, {rows} rows equal, {kept} losses kept and given back, {not_kept} not kept")
    }
}

/// The rest of undo: run as a revision, there and back, every row of every table is what it was.
pub fn give_back(case: &Case, databases: Pair<&mut Database>) -> Result<GivenBack> {
    let engine = databases.from.ground.engine;
    let Pair { from: here, to: there } = databases;
    let Pair { from, to } = made(case, Pair::new(&mut *here, &mut *there))?;
    here.driver.execute_script(case.sql(Part::Rows, engine)).context("the engine refused the rows")?;
    let drafted = draft(Pair::new(from.clone(), to.clone()), here.driver.dialect(), &choices(case)?)?;
    let mut seen = GivenBack { cases: 1, ..GivenBack::default() };
    if drafted.downgrade.is_empty() || case.choices.iter().any(|choice| matches!(choice, Choice::NoUndo(_))) {
        return Ok(GivenBack::default());
    }
    let same = Pair::new(&from, &from);
    let before = expect(same, &Moves::default(), here.driver.as_mut(), true)?;
    // What an UPDATE of the way up overwrites, because a person said so, need not come back.
    let mut filled = case.clone();
    filled.choices.retain(|choice| match choice {
        // A value for a column that goes is one for the way back only.
        Choice::Backfill(place, _) => place.rsplit_once('.').is_some_and(|(table, column)| {
            to.table(&whimbrel_plan::object_name(table)).is_some_and(|table| table.column(column).is_some())
        }),
        _ => false,
    });
    let filled = expect(same, &Moves::of(&filled), here.driver.as_mut(), true)?;
    seen.rows = before.iter().map(super::Expectation::rows).sum();

    let history = history(&drafted)?;
    let options = Options::new(Actor { who: "test@here".into(), pid: 1, version: "0.0.0".into(), deploy: None });
    let mut told = Vec::new();
    let mut listen = |event: Event<'_>| match event {
        Event::Kept { .. } => seen.kept += 1,
        Event::NotKept { what, why } => {
            seen.not_kept += 1;
            told.push(format!("{what}: {why}"));
        }
        Event::GivenBack { kept, rows } => told.push(format!("{} given back to {rows} of {}", kept.loss, kept.rows)),
        Event::NotGivenBack { kept, why } => told.push(format!("{}: {why}", kept.loss)),
        _ => {}
    };
    let script = || format!("there\n{}\nand back\n{}", sql(&drafted.upgrade), sql(&drafted.downgrade));
    apply::upgrade(here.driver.as_mut(), &history, &"head".parse()?, &options, &mut listen).with_context(script)?;
    apply::downgrade(here.driver.as_mut(), &history, &"base".parse()?, &options, &mut listen).with_context(script)?;
    let told = || format!("{}\n{}", script(), told.join("\n"));
    let back = here.driver.introspect()?;
    ensure_same("undone → from", Pair::new(&back, &from), here.driver.as_mut()).with_context(told)?;
    for (before, filled) in before.iter().zip(&filled) {
        if before.check(here.driver.as_mut()).is_err() {
            filled.check(here.driver.as_mut()).with_context(told)?;
        }
    }
    let left = keep::read(here.driver.as_mut())?;
    ensure!(left.is_empty(), "{} things stay kept though all of it was given back\n{}", left.len(), told());
    Ok(seen)
}

fn history(draft: &Draft) -> Result<History> {
    let revision = Revision::new(RevisionId::new("a1")?, Vec::new(), "there and back")
        .with_section(Direction::Up, None, &sql(&draft.upgrade))
        .with_section(Direction::Down, None, &sql(&draft.downgrade));
    History::new(vec![revision]).map_err(|errors| anyhow!("{errors:?}"))
}

fn sql(statements: &[DraftStatement]) -> String {
    let written = statements.iter().map(|statement| {
        let alone = if statement.transactional { "" } else { "-- transaction: none\n" };
        format!("{alone}{};\n", statement.sql)
    });
    written.collect()
}
