//! Random pairs of schemas with rows between them: made up by proptest, shrunk by it, valid on the engine, and written
//! in plain SQL that owes nothing to the code under test.

mod change;
mod kind;
mod seed;
mod sketch;
mod write;

use proptest::prelude::*;
use whimbrel_schema::Engine;

use crate::case::{Case, Choice, Part};

pub use sketch::{ColumnSketch, Sketch, TableSketch, TypeSketch};

/// Two sketches of which the second came from the first by changes.
#[derive(Debug, Clone)]
pub struct RandomPair {
    pub from: Sketch,
    pub to: Sketch,
}

pub fn pair(engine: Engine) -> impl Strategy<Value = RandomPair> {
    let tables = prop::collection::vec(seed::table(), 1..4);
    let changes = prop::collection::vec(change::mutation(), 1..10);
    (tables, changes).prop_map(move |(tables, changes)| {
        let mut from = Sketch::new(engine);
        tables.iter().for_each(|seed| from.add_table(seed));
        let mut to = from.clone();
        changes.iter().for_each(|mutation| to.change(mutation));
        RandomPair { from, to }
    })
}

impl RandomPair {
    /// The pair as a case, with the answers that a person would give who knows what was meant.
    pub fn case(&self, name: impl Into<String>) -> Case {
        let mut case = Case::new(name, self.from.engine)
            .with(Part::From, self.from.schema_sql())
            .with(Part::Rows, self.from.rows_sql())
            .with(Part::To, self.to.schema_sql());
        for from in &self.from.tables {
            match self.to.table(from.number) {
                Some(to) => self.answer_for(from, to, &mut case.choices),
                None => case.choices.push(Choice::AllowDrop(from.name.clone())),
            }
        }
        case
    }

    fn answer_for(&self, from: &TableSketch, to: &TableSketch, choices: &mut Vec<Choice>) {
        if from.name != to.name {
            choices.push(Choice::Rename(format!("{}:{}", from.name, to.name)));
        }
        for column in &to.columns {
            match from.column(column.number) {
                Some(before) if before.name != column.name => {
                    choices.push(Choice::Rename(format!("{}.{}:{}", from.name, before.name, column.name)));
                }
                Some(_) => {}
                None => {
                    let required = !column.nullable && column.default.is_none() && column.computed.is_none();
                    if let Some(value) = self.to.value(to, column, 0).filter(|_| required && from.rows > 0) {
                        choices.push(Choice::Backfill(format!("{}.{}", to.name, column.name), value));
                    }
                }
            }
        }
    }

    /// Whether a value that the engine has to make up would have to differ from row to row: nobody could answer that
    /// with one expression.
    pub fn is_answerable(&self) -> bool {
        self.to.tables.iter().all(|to| {
            let Some(from) = self.from.table(to.number) else { return true };
            let required = |column: &&ColumnSketch| {
                from.column(column.number).is_none() && !column.nullable && column.default.is_none()
            };
            let alone = |number: u32| {
                to.uniques.iter().any(|unique| unique.columns.contains(&number))
                    || to
                        .indexes
                        .iter()
                        .any(|index| index.shape == sketch::IndexShape::Unique && index.columns.contains(&number))
            };
            from.rows < 2 || !to.columns.iter().filter(required).any(|column| alone(column.number))
        })
    }
}
