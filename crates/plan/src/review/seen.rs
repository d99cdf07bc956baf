use std::ops::Range;

use whimbrel_schema::{ObjectName, Schema, Table};

use super::{Circumstances, Danger, Edit, Facts, Prediction, Script, ScriptStatement, Session, Touch, Touched};
use crate::words::words;
use crate::{Dialect, Step, Understanding};

/// One statement with everything that is known about it: what rules are asked about.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub script: &'a Script,
    pub statement: &'a ScriptStatement,
    pub sql: &'a str,
    pub understanding: &'a Understanding,
    pub prediction: &'a Prediction,
    pub at: Circumstances<'a>,
    pub dialect: &'a dyn Dialect,
    /// What ran before it in the same transaction, oldest first.
    pub transaction: &'a [Passed],
    /// What ran before it in the same file, oldest first.
    pub file: &'a [Passed],
    pub(super) born: &'a super::births::Births,
}

/// A statement that was looked at before.
#[derive(Debug, Clone)]
pub struct Passed {
    pub span: Range<usize>,
    pub steps: Vec<Step>,
    pub prediction: Prediction,
    /// Whether nobody else sees the relations that it touches yet.
    pub only_new: bool,
}

impl<'a> Seen<'a> {
    pub fn before(&self) -> &'a Schema {
        self.at.before
    }

    pub fn facts(&self) -> &'a Facts {
        self.at.facts
    }

    pub fn session(&self) -> &'a Session {
        self.at.session
    }

    pub fn steps(&self) -> &'a [Step] {
        match self.understanding {
            Understanding::Known { steps, .. } => steps,
            Understanding::Unknown { .. } => &[],
        }
    }

    pub fn table(&self, name: &ObjectName) -> Option<&'a Table> {
        self.at.before.table(name)
    }

    /// Whether the table was made by the file itself (or by one that is deployed with it), so that nobody else uses it
    /// and it holds nothing of worth.
    pub fn is_new(&self, relation: &ObjectName) -> bool {
        self.born.is_new(relation, self.at.before)
    }

    /// What the step does to relations that others use.
    pub fn touches(&self, step: usize) -> impl Iterator<Item = &'a Touch> {
        let seen = *self;
        self.prediction.touches.iter().filter(move |touch| touch.step == step && seen.is_in_use(touch))
    }

    /// The same of the whole statement.
    pub fn all_touches(&self) -> impl Iterator<Item = &'a Touch> {
        let seen = *self;
        self.prediction.touches.iter().filter(move |touch| seen.is_in_use(touch))
    }

    pub fn dangers(&self) -> impl Iterator<Item = (usize, &'a Danger)> {
        self.prediction.dangers.iter().map(|told| (told.step, &told.danger))
    }

    fn is_in_use(&self, touch: &Touch) -> bool {
        match &touch.on {
            Touched::Relation(name) => !self.is_new(name),
            Touched::Database => true,
        }
    }

    /// The bytes of a step within the file: of its clause where the statement has several.
    pub fn place_of(&self, step: usize) -> Range<usize> {
        let within = self.dialect.places(self.sql).get(step).cloned();
        let start = self.statement.span.start;
        match within {
            Some(range) => start + range.start..start + range.end,
            None => self.statement.span.clone(),
        }
    }

    /// The bytes of a keyword's first appearance in the statement, within the file; not in quotes or comments.
    pub fn word(&self, keyword: &str) -> Option<Range<usize>> {
        let start = self.statement.span.start;
        let found = words(self.sql).into_iter().find(|word| word.is_keyword(keyword))?;
        Some(start + found.range.start..start + found.range.end)
    }

    /// The edit that takes the statement out of its transaction; `None` where it is in none.
    pub fn outside_transactions(&self) -> Option<Edit> {
        let start = self.statement.span.start;
        self.at.in_transaction.then(|| Edit { span: start..start, text: "-- transaction: none\n".to_string() })
    }
}
