use std::path::Path;

use anyhow::{Context, Result, ensure};
use whimbrel_plan::revision::Phase;
use whimbrel_schema::Engine;

use super::code::{self, Statement, Verb};
use crate::case::{Case, Choice, Part};

/// A change, and the code of before and of after: `cases/live/NAME.sql`.
#[derive(Debug, Clone)]
pub struct Story {
    pub file: String,
    /// The change, in words.
    pub name: String,
    pub from: String,
    pub to: String,
    /// As they are typed behind `revision --autogenerate`.
    pub choices: Vec<String>,
    pub phases: Vec<Phase>,
    /// Whether a prepared SELECT fails once, and is prepared again, as drivers know to do.
    pub prepares_again: bool,
    pub old: Vec<Statement>,
    pub new: Vec<Statement>,
}

impl Story {
    /// Those that run on that engine, in the order of their names.
    pub fn all(folder: &Path, engine: Engine, major: u32) -> Result<Vec<Story>> {
        let cases = Case::read_folder(folder)?;
        let here = cases.iter().filter(|case| case.runs_on(engine, major));
        here.map(|case| Story::of(case, engine).with_context(|| case.name.clone())).collect()
    }

    fn of(case: &Case, engine: Engine) -> Result<Story> {
        let read = |part| code::read(case.sql(part, engine));
        let (old, new) = (read(Part::Old)?, read(Part::New)?);
        let has = |code: &[Statement], verb| code.iter().any(|statement| statement.verb == verb);
        ensure!(has(&old, Verb::Insert) && has(&new, Verb::Insert), "both codes insert");
        ensure!(has(&new, Verb::Select), "new code reads: that is how the end is compared");
        let mut choices = Vec::new();
        for choice in &case.choices {
            choices.extend(match choice {
                Choice::Rename(pair) => vec!["--rename".to_owned(), pair.clone()],
                Choice::AllowDrop(table) => vec!["--allow-drop".to_owned(), table.clone()],
                Choice::Backfill(place, sql) => vec!["--backfill".to_owned(), format!("{place}={sql}")],
                Choice::Using(place, sql) => vec!["--using".to_owned(), format!("{place}={sql}")],
                Choice::NoUndo(_)
                | Choice::PreparesAgain(_)
                | Choice::AllowQuestions
                | Choice::AllowDoubts
                | Choice::NoChanges
                | Choice::Phases(_) => Vec::new(),
            });
        }
        let text = |part| case.sql(part, engine).trim().to_owned();
        Ok(Story {
            file: case.name.clone(),
            name: case.about.trim_end_matches('.').to_owned(),
            from: text(Part::From),
            to: text(Part::To),
            choices,
            prepares_again: case.choices.iter().any(|choice| matches!(choice, Choice::PreparesAgain(_))),
            phases: case.phases().context("which phases?")?.to_vec(),
            old,
            new,
        })
    }

    /// The statement that makes rows of before.
    pub fn insert(&self) -> Option<&Statement> {
        self.old.iter().find(|statement| statement.verb == Verb::Insert)
    }
}
