use std::ops::Range;
use std::sync::Arc;

use whimbrel_schema::{Constraint, ObjectName, Schema, Table};

use super::{Circumstances, Danger, Edit, Facts, Prediction, Script, ScriptStatement, Session, Touch, Work};
use crate::words::{contains_ignoring_case, words};
use crate::{Dialect, Step, Understanding};

/// One statement with everything that is known about it: what rules are asked about.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub script: &'a Script,
    pub statement: &'a ScriptStatement,
    pub sql: &'a str,
    pub understanding: &'a Understanding,
    pub prediction: &'a Arc<Prediction>,
    pub at: Circumstances<'a>,
    pub dialect: &'a dyn Dialect,
    /// What ran before it in the same transaction, oldest first.
    pub transaction: &'a [Passed<'a>],
    /// What ran before it in the same file, oldest first.
    pub file: &'a [Passed<'a>],
    pub(super) born: &'a super::births::Births,
}

/// A constraint that comes to a table.
#[derive(Debug, Clone, Copy)]
pub struct NewConstraint<'a> {
    pub step: usize,
    pub table: &'a ObjectName,
    pub constraint: &'a Constraint,
    pub using_index: Option<&'a String>,
}

/// A statement that was looked at before.
#[derive(Debug, Clone)]
pub struct Passed<'a> {
    pub span: Range<usize>,
    pub steps: &'a [Step],
    pub prediction: Arc<Prediction>,
    /// Whether nobody else sees the relations that it touches yet.
    pub only_new: bool,
    /// The rules that spoke about it.
    pub said: Vec<&'static str>,
}

impl<'a> Seen<'a> {
    pub fn before(&self) -> &'a Schema {
        self.at.before
    }

    pub fn facts(&self) -> &'a Facts {
        self.at.facts
    }

    /// Who could say what is not known here.
    pub fn who_tells(&self) -> &'static str {
        if self.can_be_asked() { "; --url tells" } else { "" }
    }

    /// Whether there is a live database to be asked, and nobody has.
    pub fn can_be_asked(&self) -> bool {
        !self.facts().asked
    }

    pub fn session(&self) -> &'a Session {
        self.at.session
    }

    pub fn steps(&self) -> &'a [Step] {
        self.understanding.steps()
    }

    pub fn table(&self, name: &ObjectName) -> Option<&'a Table> {
        self.at.before.table(name)
    }

    /// Whether the table was made by the file itself (or by one that is deployed with it), so that nobody else uses it
    /// and it holds nothing of worth.
    pub fn is_new(&self, relation: &ObjectName) -> bool {
        self.born.is_new(relation, self.at.before)
    }

    /// Whether the step says IF EXISTS of what is not there.
    pub fn passes_over(&self, step: usize) -> bool {
        self.steps().get(step).is_some_and(|step| self.at.passes_over(step))
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
        super::births::is_in_use(touch, self.steps(), self.prediction, |name| self.is_new(name))
    }

    /// The bytes of a step within the file: of its clause where the statement has several.
    pub fn place_of(&self, step: usize) -> Range<usize> {
        let start = self.statement.span.start;
        // A statement of one step is read no second time: there would be nothing to tell apart.
        let several = self.steps().len() > 1;
        match several.then(|| self.dialect.places(self.sql).get(step).cloned()).flatten() {
            Some(range) => start + range.start..start + range.end,
            None => self.statement.span.clone(),
        }
    }

    /// Whether the step keeps others from the relation for a time that grows with its size.
    pub fn blocks_for_long(&self, step: usize, relation: &ObjectName) -> bool {
        self.touches(step).any(|touch| touch.is_on(relation) && touch.blocks_for_long())
    }

    /// Whether the step does that kind of work on the relation while others have to wait for it.
    pub fn blocks_with(&self, step: usize, relation: &ObjectName, work: &[Work]) -> bool {
        let works = |touch: &Touch| touch.work.iter().any(|done| work.contains(done));
        self.touches(step).any(|touch| touch.is_on(relation) && touch.blocks_for_long() && works(touch))
    }

    /// The constraints that the statement adds to tables that were there before it, each with the step that does.
    pub fn new_constraints(&self) -> impl Iterator<Item = NewConstraint<'a>> {
        self.steps().iter().enumerate().flat_map(|(step, taken)| {
            let (table, constraints, using_index) =
                if let Step::AddConstraint { table, constraint, using_index } = taken {
                    (Some(table), std::slice::from_ref(constraint.as_ref()), using_index.as_ref())
                } else if let Step::AddColumn { table, constraints, .. } = taken {
                    (Some(table), constraints.as_slice(), None)
                } else {
                    (None, [].as_slice(), None)
                };
            let constraints = constraints.iter();
            constraints
                .filter_map(move |constraint| Some(NewConstraint { step, table: table?, constraint, using_index }))
        })
    }

    /// The bytes of a keyword's first appearance between two bytes of the file.
    pub fn keyword_within(&self, keyword: &str, within: &Range<usize>) -> Option<Range<usize>> {
        let start = self.statement.span.start;
        let at = |word: &crate::words::Word<'_>| start + word.range.start..start + word.range.end;
        let inside = |range: &Range<usize>| within.start <= range.start && range.end <= within.end;
        words(self.sql).iter().filter(|word| word.is_keyword(keyword)).map(at).find(inside)
    }

    /// The bytes of a step within the file; `None` where the statement has several and nobody can tell them apart.
    pub fn clause(&self, step: usize) -> Option<Range<usize>> {
        let clear = self.steps().len() == 1 || self.dialect.places(self.sql).len() == self.steps().len();
        clear.then(|| self.place_of(step))
    }

    /// Whether the keywords stand in the statement one after the other, not in quotes or comments.
    pub fn says(&self, keywords: &[&str]) -> bool {
        self.place_of_words(keywords).is_some()
    }

    /// The bytes within the file from the first to the last of these keywords, where they first stand in a row.
    pub fn place_of_words(&self, keywords: &[&str]) -> Option<Range<usize>> {
        if !keywords.iter().all(|keyword| contains_ignoring_case(self.sql, keyword)) {
            return None;
        }
        let words = words(self.sql);
        let start = self.statement.span.start;
        let same =
            |row: &&[crate::words::Word<'_>]| row.iter().zip(keywords).all(|(word, keyword)| word.is_keyword(keyword));
        let row = words.windows(keywords.len().max(1)).find(same)?;
        Some(start + row.first()?.range.start..start + row.last()?.range.end)
    }

    /// Whether the statement begins with these keywords.
    pub fn begins(&self, keywords: &[&str]) -> bool {
        let first = keywords.first().copied().unwrap_or_default();
        if !self.sql.get(..first.len()).is_some_and(|head| head.eq_ignore_ascii_case(first)) {
            return false;
        }
        let words = words(self.sql);
        words.len() >= keywords.len() && words.iter().zip(keywords).all(|(word, keyword)| word.is_keyword(keyword))
    }

    /// The edit that puts another statement in the place of this one.
    pub fn instead(&self, sql: String) -> Edit {
        Edit { span: self.statement.span.clone(), text: sql }
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
