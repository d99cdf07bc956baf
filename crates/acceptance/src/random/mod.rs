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

use sketch::IndexShape;
pub use sketch::{ColumnSketch, Sketch, TableSketch, TypeSketch};

/// Two sketches of which the second came from the first by changes.
#[derive(Clone)]
pub struct RandomPair {
    pub from: Sketch,
    pub to: Sketch,
}

/// The case says all, and in words that can be kept.
impl std::fmt::Debug for RandomPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the case above")
    }
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
        case.choices.push(Choice::AllowDoubts);
        case.choices.extend(self.lost().map(Choice::NoUndo));
        for from in &self.from.tables {
            match self.to.table(from.number) {
                Some(to) => self.answer_for(from, to, &mut case.choices),
                None => case.choices.push(Choice::AllowDrop(from.name.clone())),
            }
        }
        case
    }

    /// Why the way back cannot be walked with rows: nothing is kept yet of what the way up destroys.
    fn lost(&self) -> Option<String> {
        for from in self.from.tables.iter().filter(|table| table.rows > 0) {
            let Some(to) = self.to.table(from.number) else {
                let referring = self.from.tables.iter().any(|table| {
                    table.rows > 0 && table.references.iter().any(|reference| reference.table == from.number)
                });
                if referring {
                    return Some(format!("rows refer to the rows of {}, which are gone", from.name));
                }
                continue;
            };
            // One value for all rows is made up for a column that needs some; that is no value for these.
            let special = |number: u32| {
                from.references.iter().any(|reference| reference.column == number)
                    || from.uniques.iter().any(|unique| unique.columns.contains(&number))
                    || from.indexes.iter().any(|it| it.shape == IndexShape::Unique && it.columns.contains(&number))
            };
            let mut gone = from.columns.iter().filter(|it| to.column(it.number).is_none() && !it.nullable);
            if let Some(gone) = gone.find(|column| special(column.number)) {
                return Some(format!("the values of {} are gone, and it needs their like", gone.name));
            }
        }
        None
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
                    if let Some(value) = self.to.value(to, column, 0).filter(|_| required) {
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
            let made_up = |column: &ColumnSketch| {
                from.column(column.number).is_none() && (!column.nullable || column.default.is_some())
            };
            let alone = |number: u32| {
                to.uniques.iter().any(|unique| unique.columns.contains(&number))
                    || to
                        .indexes
                        .iter()
                        .any(|index| index.shape == IndexShape::Unique && index.columns.contains(&number))
            };
            // A required column whose rows hold NULLs: the statement fails, as it says it will.
            let holds_nulls = |column: &ColumnSketch| {
                let before = from.column(column.number);
                !column.nullable && before.is_some_and(|before| before.nullable && before.gaps)
            };
            from.rows < 2
                || !to.columns.iter().any(|column| holds_nulls(column) || (made_up(column) && alone(column.number)))
        })
    }
}
