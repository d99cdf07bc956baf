//! From two schemas to the two halves of a revision.
//!
//! Nothing is guessed: what a person has to decide is taken from the choices or becomes a question. Everything that
//! is written is read again and folded, and must lead exactly where it was meant to.

mod renames;
mod suspicion;
mod target;
mod write;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use whimbrel_schema::{ObjectName, Pair, Schema};

use crate::diff::{DiffOptions, Scope, diff};
use crate::fold::{FoldError, names_column, settle};
use crate::ops::{Known, Setting, Way, plan};
pub(crate) use renames::Renames;

use crate::{Change, ChoiceError, Choices, Dialect, Question, RenderError};

/// A revision for one engine, before it is a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    pub changes: Vec<Change>,
    pub upgrade: Vec<DraftStatement>,
    pub downgrade: Vec<DraftStatement>,
    /// All of them: those that stand above a statement, and those for which nothing was written.
    pub questions: Vec<Question>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftStatement {
    /// Without the closing semicolon.
    pub sql: String,
    /// Whether it runs within a transaction: the engine takes it there, and nobody waits for it.
    pub transactional: bool,
    /// What a reader should know before it runs.
    pub note: Option<String>,
    pub questions: Vec<Question>,
}

/// Why no revision can be drafted. The last three are mistakes of Whimbrel's own, which are said rather than written
/// into a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DraftError {
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error("the {way} would stop at `{sql}`: {error}")]
    Fold { way: &'static str, sql: String, error: FoldError },
    #[error("the {way} has a statement that is not read as it was meant: `{sql}`: {reason}")]
    Misread { way: &'static str, sql: String, reason: String },
    #[error("the {way} would not lead where it should; still to do: {}", left.join("; "))]
    Astray { way: &'static str, left: Vec<String> },
}

/// The changes that lead from the schema at the head of the history to the one that the models describe, both ways.
pub fn draft(schemas: Pair<Schema>, dialect: &dyn Dialect, choices: &Choices) -> Result<Draft, DraftError> {
    Aim::of(schemas, dialect, choices)?.drafted(dialect, choices)
}

/// Where the models and the choices lead, before a statement is written.
pub(crate) struct Aim {
    /// Settled.
    pub start: Schema,
    pub renames: Renames,
    /// What shall be, with all that the models do not speak for.
    pub target: Schema,
    /// What is to do after the renames.
    pub changes: Vec<Change>,
    pub questions: Vec<Question>,
}

impl Aim {
    pub fn of(schemas: Pair<Schema>, dialect: &dyn Dialect, choices: &Choices) -> Result<Self, DraftError> {
        let Pair { from: start, to } = schemas.map(|schema| settled(schema, dialect));
        check(&start, choices)?;
        let renames = renames::of(&start, &to, dialect, choices)?;
        let mut questions = Vec::new();
        let target = mended(target::of(&renames.after, &to, dialect, choices, &mut questions));
        for (flag, places) in [("--backfill", &choices.backfills), ("--using", &choices.usings)] {
            for place in places.keys().filter(|place| !goes(place, &start, &target)) {
                check_column(flag, place, &target)?;
            }
        }
        let changes = diff(Pair::new(&renames.after, &target), dialect, &EVERYTHING);
        if !changes.is_empty() {
            let suspected = suspicion::of(Pair::new(&renames.after, &to), &changes);
            questions.extend(suspected.into_iter().filter(|question| !is_answered(question, choices, dialect)));
        }
        Ok(Aim { start, renames, target, changes, questions })
    }

    pub fn is_reached(&self) -> bool {
        self.changes.is_empty() && self.renames.changes.is_empty()
    }

    pub fn drafted(self, dialect: &dyn Dialect, choices: &Choices) -> Result<Draft, DraftError> {
        if self.is_reached() {
            return Ok(Draft { questions: self.questions, ..Draft::default() });
        }
        let link = Link { start: &self.start, renames: &self.renames, target: &self.target };
        let mut draft = link.drafted(dialect, choices, &Known::default())?;
        let of_statements = std::mem::replace(&mut draft.questions, self.questions);
        draft.ask(of_statements);
        Ok(draft)
    }
}

/// From one schema to another that is known to the last name, both ways.
pub(crate) struct Link<'a> {
    pub start: &'a Schema,
    pub renames: &'a Renames,
    pub target: &'a Schema,
}

impl Link<'_> {
    pub fn drafted(&self, dialect: &dyn Dialect, choices: &Choices, known: &Known) -> Result<Draft, DraftError> {
        let (there, reached) = self.there(dialect, choices, known)?;
        let downgrade = self.back(&reached, dialect, choices, known)?;
        Ok(Draft { downgrade, ..there })
    }

    /// The upgrade alone, and the schema that it leads to.
    pub fn there(
        &self,
        dialect: &dyn Dialect,
        choices: &Choices,
        known: &Known,
    ) -> Result<(Draft, Schema), DraftError> {
        let Link { start, renames, target } = self;
        let changes = diff(Pair::new(&renames.after, target), dialect, &EVERYTHING);
        let schemas = Pair::new(&renames.after, *target);
        let setting = Setting { schemas, dialect, choices, known, way: Way::Upgrade };
        let steps = renames.steps().chain(plan(&setting, changes.clone())).collect();
        let mut upgrade = write::Writer::new("upgrade", start, dialect);
        upgrade.write(steps)?;
        let (upgrade, reached) = upgrade.finish(target)?;
        let changes = renames.changes.iter().cloned().chain(changes).collect();
        let mut draft = Draft { changes, upgrade, downgrade: Vec::new(), questions: Vec::new() };
        let questions = draft.upgrade.iter().flat_map(|statement| statement.questions.clone()).collect();
        draft.ask(questions);
        Ok((draft, reached))
    }

    /// The downgrade alone, from what was reached.
    pub fn back(
        &self,
        reached: &Schema,
        dialect: &dyn Dialect,
        choices: &Choices,
        known: &Known,
    ) -> Result<Vec<DraftStatement>, DraftError> {
        let Link { start, renames, target } = self;
        let before = mended(renames.after.clone());
        let back = diff(Pair::new(target, &before), dialect, &EVERYTHING);
        let setting = Setting { schemas: Pair::new(*target, &before), dialect, choices, known, way: Way::Downgrade };
        let steps = plan(&setting, back).into_iter().chain(renames.steps_back()).collect();
        let mut downgrade = write::Writer::new("downgrade", reached, dialect);
        downgrade.write(steps)?;
        let (downgrade, _) = downgrade.finish(&mended((*start).clone()))?;
        Ok(downgrade)
    }
}

impl Draft {
    /// One after the other, and back in the other order.
    pub(crate) fn then(mut self, next: Draft) -> Self {
        self.changes.extend(next.changes);
        self.upgrade.extend(next.upgrade);
        self.downgrade = next.downgrade.into_iter().chain(self.downgrade).collect();
        self.ask(next.questions);
        self
    }

    pub(crate) fn ask(&mut self, questions: Vec<Question>) {
        for question in questions {
            if !self.questions.contains(&question) {
                self.questions.push(question);
            }
        }
    }
}

const EVERYTHING: DiffOptions = DiffOptions { scope: Scope::Everything };

/// What among the changes looks like a rename that nobody said.
pub fn suspected_renames(schemas: Pair<&Schema>, changes: &[Change]) -> Vec<Question> {
    suspicion::of(schemas, changes)
}

/// Choices that speak of nothing are mistakes of spelling, and those can cost data.
fn check(start: &Schema, choices: &Choices) -> Result<(), ChoiceError> {
    let tables = || start.tables.keys().map(ToString::to_string).collect();
    for table in &choices.allow_drop {
        if start.table(table).is_none() {
            let what = format!("table `{table}`");
            return Err(ChoiceError::Nothing { flag: "--allow-drop", what, candidates: tables() });
        }
    }
    Ok(())
}

/// Whether somebody said what comes out of the column.
fn is_answered(question: &Question, choices: &Choices, dialect: &dyn Dialect) -> bool {
    let Question::RenamedColumn { table, from, to } = question else { return false };
    choices.backfill(table, to).is_some_and(|value| names_column(value, from, dialect.engine()))
}

/// A column that goes may be spoken of as well: what new code's rows have in it until then.
fn goes((table, column): &(ObjectName, String), start: &Schema, target: &Schema) -> bool {
    let has = |schema: &Schema| schema.table(table).is_some_and(|found| found.column(column).is_some());
    has(start) && target.table(table).is_some() && !has(target)
}

/// Columns that `--backfill` and `--using` speak of have to be wanted.
fn check_column(flag: &'static str, place: &(ObjectName, String), target: &Schema) -> Result<(), ChoiceError> {
    let (table, column) = place;
    let Some(found) = target.table(table) else {
        let candidates = target.tables.keys().map(ToString::to_string).collect();
        return Err(ChoiceError::Unwanted {
            what: format!("{flag} {table}.{column}"),
            wanted: format!("table `{table}`"),
            candidates,
        });
    };
    if !found.columns.iter().any(|candidate| target.engine.same_name(&candidate.name, column)) {
        let candidates = found.columns.iter().map(|candidate| candidate.name.clone()).collect();
        let wanted = format!("column `{table}.{column}`");
        return Err(ChoiceError::Unwanted { what: format!("{flag} {table}.{column}"), wanted, candidates });
    }
    Ok(())
}

/// No way leads to an index that is broken.
pub(crate) fn mended(mut schema: Schema) -> Schema {
    schema.tables.change(
        |table| table.indexes.iter().any(|index| !index.valid),
        |table| table.indexes.iter_mut().for_each(|index| index.valid = true),
    );
    schema
}

fn settled(mut schema: Schema, dialect: &dyn Dialect) -> Schema {
    settle(&mut schema, dialect);
    schema
}
