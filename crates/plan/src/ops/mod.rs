//! How each change is carried out: one file per kind of change, each turning it into steps with a place in the order.
//!
//! The ops know nothing of engines but what the dialect answers. Where the engine can only make a table anew, all of
//! that table's steps become one rebuild.

mod add_column;
mod alter_column;
mod around;
mod beside_writers;
mod comment;
mod constraint;
mod create_table;
mod drop_column;
mod drop_table;
mod enum_values;
mod index;
mod inherited;
mod object;
mod old_rows;
mod rebuild;
mod recomputed;
mod survey;
mod table_options;
mod trigger;
mod view;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use add_column::{is_rowid, placeholder};
pub(crate) use alter_column::{is_computed, never_null};
pub(crate) use around::is_whole_number;
pub(crate) use enum_values::users as enum_users;
use survey::Survey;
pub(crate) use view::creation as view_creation;
use whimbrel_schema::{Expression, ObjectName, Pair, Schema};

use crate::order::{self, Rank};
use crate::{Change, Choices, Dialect, Question, Step};

/// Whether rows are to be carried to the new schema, or back to the old one: the way back knows no choices, and what
/// it cannot bring back it says in a note instead of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Upgrade,
    Downgrade,
}

/// What every op is given.
pub(crate) struct Setting<'a> {
    pub schemas: Pair<&'a Schema>,
    pub dialect: &'a dyn Dialect,
    pub choices: &'a Choices,
    pub known: &'a Known,
    pub way: Way,
}

impl Setting<'_> {
    /// Whether a run keeps what a revision destroys, so that the way back has it again.
    fn keeps(&self) -> bool {
        self.dialect.keeping().is_some()
    }
}

/// What a chain of revisions knows that one revision alone would have to ask or give up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// Columns in which no row has NULL any more.
    pub filled: BTreeSet<(ObjectName, String)>,
    /// What rows get in a column that comes back.
    pub restores: BTreeMap<(ObjectName, String), Expression>,
    /// How values are converted on the way back.
    pub conversions: BTreeMap<(ObjectName, String), Expression>,
    /// What rows without a value get in a column that may not be NULL again, on the way back.
    pub placeholders: BTreeMap<(ObjectName, String), Expression>,
}

impl Known {
    pub fn is_filled(&self, table: &ObjectName, column: &str) -> bool {
        self.filled.contains(&(table.clone(), column.to_string()))
    }
}

impl Setting<'_> {
    /// What somebody said that rows get in the column.
    pub fn given(&self, table: &ObjectName, column: &str) -> Option<&Expression> {
        match self.way {
            Way::Upgrade => self.choices.backfill(table, column),
            Way::Downgrade => self.known.restores.get(&(table.clone(), column.to_string())),
        }
    }

    /// What rows get that have NULL in a column where none may be any more.
    pub fn given_for_null(&self, table: &ObjectName, column: &str) -> Option<&Expression> {
        let place = || (table.clone(), column.to_string());
        self.given(table, column).or_else(|| match self.way {
            Way::Upgrade => None,
            Way::Downgrade => self.known.placeholders.get(&place()),
        })
    }
}

/// One step, with what people should know about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planned {
    pub step: Step,
    /// Written by the op itself: statements on rows, which steps do not carry.
    pub sql: Option<String>,
    pub note: Option<String>,
    pub questions: Vec<Question>,
    /// In no transaction with others, though the engine would let it: it takes long, and would hold their locks.
    pub alone: bool,
}

impl From<Step> for Planned {
    fn from(step: Step) -> Self {
        Planned { step, sql: None, note: None, questions: Vec::new(), alone: false }
    }
}

impl Planned {
    pub fn noted(self, note: impl Into<String>) -> Self {
        Planned { note: Some(note.into()), ..self }
    }

    /// With the note, if there is one.
    pub fn warned(self, note: Option<String>) -> Self {
        Planned { note: note.or(self.note), ..self }
    }

    pub fn alone(self) -> Self {
        Planned { alone: true, ..self }
    }

    pub fn asking(mut self, question: Question) -> Self {
        self.questions.push(question);
        self
    }
}

/// Steps that stay together, and their place in the order.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub rank: Rank,
    /// What the steps are about, for the order among equals.
    pub subject: ObjectName,
    /// The table that exists before, and that these steps are made on; a rebuild of it takes them over.
    pub on: Option<ObjectName>,
    pub steps: Vec<Planned>,
}

#[derive(Debug, Default)]
pub(crate) struct Items(Vec<Item>);

impl Items {
    /// A step on a table that exists.
    fn on(&mut self, rank: Rank, table: &ObjectName, step: impl Into<Planned>) {
        let steps = vec![step.into()];
        self.0.push(Item { rank, subject: table.clone(), on: Some(table.clone()), steps });
    }

    fn push(&mut self, rank: Rank, subject: &ObjectName, steps: Vec<Planned>) {
        if !steps.is_empty() {
            self.0.push(Item { rank, subject: subject.clone(), on: None, steps });
        }
    }
}

/// The steps that carry out all changes, in the order in which an engine takes them.
pub(crate) fn plan(setting: &Setting<'_>, changes: Vec<Change>) -> Vec<Planned> {
    let changes = around::with_dependents(setting, inherited::without(setting, changes));
    let remade = view::remade(setting, &changes);
    let survey = Survey::of(setting, &changes);
    let mut items = Items::default();
    for change in &changes {
        one(setting, change, &survey, &remade, &mut items);
    }
    view::remake(setting, &remade, &mut items);
    let items = rebuild::merge(setting, items.0);
    let places = Pair::new(&survey.dropped, &survey.created);
    let sorted = order::sort(setting, items, places).into_iter().flat_map(|item| item.steps).collect();
    beside_writers::forms(setting, sorted)
}

fn one(setting: &Setting<'_>, change: &Change, survey: &Survey, remade: &BTreeSet<ObjectName>, items: &mut Items) {
    match change {
        Change::CreateTable { table } => create_table::steps(setting, table, survey, items),
        Change::DropTable { table } => drop_table::steps(setting, table, survey, items),
        Change::RenameTable { from, to } => {
            let step = Step::RenameTable { from: from.clone(), to: to.clone() };
            items.push(Rank::Rename, to, vec![step.into()]);
        }
        Change::AlterTableOptions { table, options } => table_options::steps(table, options, items),

        Change::AddColumn { table, column } => add_column::steps(setting, table, column, survey, items),
        Change::DropColumn { table, column } => drop_column::steps(setting, table, column, items),
        Change::RenameColumn { table, from, to } => {
            let step = Step::RenameColumn { table: table.clone(), from: from.clone(), to: to.clone() };
            items.push(Rank::Rename, table, vec![step.into()]);
        }
        Change::AlterColumn { table, column } => alter_column::steps(setting, table, column, items),

        Change::AddConstraint { table, constraint } => constraint::add(setting, table, constraint, survey, items),
        Change::DropConstraint { table, constraint } => constraint::drop(table, constraint, items),
        Change::AlterConstraint { table, constraint } => constraint::alter(setting, table, constraint, survey, items),

        // What is on a view that is made anew comes with it.
        Change::CreateIndex { table, .. }
        | Change::DropIndex { table, .. }
        | Change::AlterIndex { table, .. }
        | Change::CreateTrigger { table, .. }
        | Change::DropTrigger { table, .. }
        | Change::AlterTrigger { table, .. }
            if remade.contains(table) => {}

        Change::CreateIndex { table, index } => index::create(setting, table, index, survey, items),
        Change::DropIndex { table, index } => index::drop(setting, table, index, survey, items),
        Change::AlterIndex { table, index } => index::alter(setting, table, index, survey, items),

        Change::CreateTrigger { table, trigger } => trigger::create(table, trigger, items),
        Change::DropTrigger { table, trigger } => trigger::drop(table, trigger, items),
        Change::AlterTrigger { table, trigger } => trigger::alter(setting, table, trigger, items),

        Change::CreateObject { object } => object::create(object, survey, items),
        Change::DropObject { object } => object::drop(setting, object, items),
        Change::RenameObject { object, to } => {
            let step = Step::RenameObject { object: object.clone(), to: to.clone() };
            items.push(Rank::Rename, to, vec![step.into()]);
        }
        Change::AlterObject { object } => object::alter(setting, object, survey, remade, items),
        Change::RenameEnumValue { name, from, to } => {
            let step = Step::RenameEnumValue { name: name.clone(), from: from.clone(), to: to.clone() };
            items.push(Rank::Rename, name, vec![step.into()]);
        }

        Change::SetComment { on, comment } => comment::set(on, comment.to.as_deref(), remade, items),
    }
}
