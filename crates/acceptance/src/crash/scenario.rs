use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use whimbrel_plan::autogenerate::{DraftStatement, draft};
use whimbrel_schema::Pair;

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
    pub upgrade: String,
    pub downgrade: String,
}

/// Up to the head, or from there back to the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    Up,
    Down,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Way::Up => "up",
            Way::Down => "down",
        })
    }
}

/// The id of the revision that makes the start.
pub const START: &str = "000000000000";

impl Scenario {
    /// What autogenerate writes for a case of the diff. `None` where the case leaves something to be asked, or where
    /// nothing is to be done.
    pub fn drafted(case: &Case, database: &mut Database) -> Result<Option<Scenario>> {
        let engine = database.ground.engine;
        if case.has(&Choice::AllowQuestions) || case.has(&Choice::AllowDoubts) || case.has(&Choice::NoChanges) {
            return Ok(None);
        }
        database.reset()?;
        database.driver.execute_script(case.sql(Part::To, engine)).context("the engine refused `to`")?;
        let to = database.driver.introspect()?;
        database.reset()?;
        database.driver.execute_script(case.sql(Part::From, engine)).context("the engine refused `from`")?;
        let from = database.driver.introspect()?;
        let drafted = draft(Pair::new(from, to), database.driver.dialect(), &laws::choices(case)?)?;
        let has_way_back = !case.choices.iter().any(|choice| matches!(choice, Choice::NoUndo(_)));
        let halves = Halves { upgrade: script(&drafted.upgrade), downgrade: script(&drafted.downgrade) };
        Ok((!drafted.upgrade.is_empty()).then(|| Scenario {
            name: format!("drafted/{}", case.name),
            start: format!("{}\n{}", case.sql(Part::From, engine), case.sql(Part::Rows, engine)),
            has_way_back: has_way_back && !drafted.downgrade.is_empty(),
            revisions: vec![halves],
            effects: Vec::new(),
        }))
    }

    /// Writes the revision files.
    pub fn write(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        let first = Halves { upgrade: self.start.clone(), downgrade: String::new() };
        for (number, halves) in std::iter::once(&first).chain(&self.revisions).enumerate() {
            let parent = number.checked_sub(1).map_or("none".to_owned(), id);
            let downgrade = match halves.downgrade.trim() {
                "" => "-- nothing to do",
                text => text,
            };
            let text = format!(
                "-- revision: {}\n-- parents:  {parent}\n-- message:  number {number}\n\n-- upgrade\n{}\n\n-- downgrade\n{downgrade}\n",
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

impl Scenario {
    /// Every case of the diff that says what it wants on that engine; the names of those left out beside them.
    pub fn all_drafted(folder: &Path, database: &mut Database) -> Result<(Vec<Scenario>, Vec<String>)> {
        let (engine, major) = (database.ground.engine, database.ground.major);
        let (mut drafted, mut left_out) = (Vec::new(), Vec::new());
        for case in Case::read_folder(folder)?.iter().filter(|case| case.runs_on(engine, major)) {
            match Scenario::drafted(case, database).with_context(|| case.name.clone())? {
                Some(scenario) => drafted.push(scenario),
                None => left_out.push(case.name.clone()),
            }
        }
        ensure!(drafted.len() > left_out.len(), "most cases were left out on {engine}: {left_out:?}");
        Ok((drafted, left_out))
    }
}
