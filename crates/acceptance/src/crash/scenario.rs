use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use whimbrel_plan::autogenerate::{DraftStatement, draft};
use whimbrel_plan::evolution::{EvolutionLink, evolve};
use whimbrel_plan::revision::{Part as PartOf, Phase};
use whimbrel_schema::{Pair, Schema};

use crate::case::{Case, Choice, Part};
use crate::database::Database;
use crate::laws;

/// A start with rows in it, and the revisions that are run from there.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    pub name: String,
    /// What the first revision makes; nobody is killed within it.
    pub start: String,
    pub revisions: Vec<Halves>,
    /// Whether the way back is there to be run.
    pub has_way_back: bool,
    /// For what nobody but a person can see: a piece of a statement, and the query that has a row once it took effect.
    pub effects: Vec<(String, String)>,
}

/// Both halves of one revision.
#[derive(Debug, Clone, Default)]
pub struct Halves {
    /// Of a link of a chain.
    pub phase: Option<(Phase, PartOf)>,
    pub upgrade: String,
    pub downgrade: String,
}

/// Up to the head, from there back to the start, or up and, from wherever that was killed, back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    Up,
    Down,
    Around,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Way::Up => "up",
            Way::Down => "down",
            Way::Around => "up and back",
        })
    }
}

/// The id of the revision that makes the start.
pub const START: &str = "000000000000";

impl Scenario {
    /// Whether rows are in tables that the server keeps no log of.
    pub fn has_unlogged(&self) -> bool {
        let halves = self.revisions.iter().flat_map(|it| [&it.upgrade, &it.downgrade]);
        std::iter::once(&self.start).chain(halves).any(|text| text.to_uppercase().contains("UNLOGGED"))
    }

    /// What autogenerate writes for a case of the diff. `None` where the case leaves something to be asked, or where
    /// nothing is to be done.
    pub fn drafted(case: &Case, database: &mut Database) -> Result<Option<Scenario>> {
        let Some(schemas) = schemas(case, database)? else { return Ok(None) };
        let drafted = draft(schemas, database.driver.dialect(), &laws::choices(case)?)?;
        let halves = Halves { phase: None, upgrade: script(&drafted.upgrade), downgrade: script(&drafted.downgrade) };
        let is_empty = drafted.upgrade.is_empty();
        Ok((!is_empty).then(|| {
            let mut scenario = Scenario::of(case, database, "drafted", vec![halves]);
            scenario.has_way_back &= !drafted.downgrade.is_empty();
            scenario
        }))
    }

    /// The chain that a case becomes, from the expand to the contract in one run. `None` where it becomes none.
    pub fn chained(case: &Case, database: &mut Database) -> Result<Option<Scenario>> {
        let Some(schemas) = schemas(case, database)? else { return Ok(None) };
        let evolution = evolve(schemas, database.driver.dialect(), &laws::choices(case)?)?;
        if !evolution.is_chain() {
            return Ok(None);
        }
        let halves = |link: &EvolutionLink| Halves {
            phase: link.phase.zip(link.part),
            upgrade: script(&link.draft.upgrade)
                + &link.fills.iter().map(|fill| format!("-- backfill\n{};\n", fill.sql)).collect::<String>(),
            downgrade: script(&link.draft.downgrade),
        };
        let revisions = evolution.links.iter().map(halves).collect();
        Ok(Some(Scenario::of(case, database, "chained", revisions)))
    }

    fn of(case: &Case, database: &Database, kind: &str, revisions: Vec<Halves>) -> Scenario {
        let engine = database.ground.engine;
        Scenario {
            name: format!("{kind}/{}", case.name),
            start: format!("{}\n{}", case.sql(Part::From, engine), case.sql(Part::Rows, engine)),
            has_way_back: !case.choices.iter().any(|choice| matches!(choice, Choice::NoUndo(_))),
            revisions,
            effects: Vec::new(),
        }
    }

    /// Writes the revision files.
    pub fn write(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        let first = Halves { upgrade: self.start.clone(), ..Halves::default() };
        for (number, halves) in std::iter::once(&first).chain(&self.revisions).enumerate() {
            let parent = number.checked_sub(1).map_or("none".to_owned(), id);
            let downgrade = match halves.downgrade.trim() {
                "" => "-- nothing to do",
                text => text,
            };
            let phase = halves
                .phase
                .map_or(String::new(), |(phase, part)| format!("-- phase:    {}\n-- part:     {part}\n", phase.word()));
            let text = format!(
                "-- revision: {}\n-- parents:  {parent}\n-- message:  number {number}\n{phase}\n-- upgrade\n{}\n\n-- downgrade\n{downgrade}\n",
                id(number),
                halves.upgrade.trim(),
            );
            fs::write(folder.join(format!("{}.sql", id(number))), text)?;
        }
        ensure!(id(0) == START, "the start has another name");
        Ok(())
    }
}

fn id(number: usize) -> String {
    format!("{number:012x}")
}

/// As a revision file has it.
fn script(statements: &[DraftStatement]) -> String {
    statements
        .iter()
        .map(|statement| match statement.transactional {
            true => format!("{};\n", statement.sql),
            false => format!("-- transaction: none\n{};\n", statement.sql),
        })
        .collect()
}

pub(super) fn is_left_out(case: &Case) -> bool {
    case.has(&Choice::AllowQuestions) || case.has(&Choice::NoChanges)
}

/// Both ends of a case, as the engine has them; `None` where something is asked without which nothing can be run. What is
/// only doubted is written as it was understood.
fn schemas(case: &Case, database: &mut Database) -> Result<Option<Pair<Schema>>> {
    let engine = database.ground.engine;
    if is_left_out(case) {
        return Ok(None);
    }
    database.reset()?;
    database.driver.execute_script(case.sql(Part::To, engine)).context("the engine refused `to`")?;
    let to = database.driver.introspect()?;
    database.reset()?;
    database.driver.execute_script(case.sql(Part::From, engine)).context("the engine refused `from`")?;
    let from = database.driver.introspect()?;
    Ok(Some(Pair::new(from, to)))
}
