//! The schema between expand and contract: all that old code needs, and all that new code needs.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use whimbrel_schema::{Column, Expression, Object, ObjectName, Pair, Schema, Table};

use super::dual_write::{DualWrite, Keepers, Kept};
use super::rename_key::{self, Key};
use super::split_columns::{self, Made};
use super::turn::Turn;
use super::{
    Fill, Place, add_column, alter_column, constraint, drop_column, drop_table, index, object, partition,
    rename_column, rename_enum_value, retype, trigger,
};
use crate::autogenerate::mended;
use crate::diff::{DiffOptions, diff};
use crate::fold::{names_column, settle};
use crate::ops::{Known, Setting, Way};
use crate::{Change, Choices, Dialect, StandIn};

/// Begins as what shall be; each op puts back what old code needs and takes out what old code could break.
pub(super) struct Middle<'a> {
    pub from: &'a Schema,
    pub to: &'a Schema,
    pub dialect: &'a dyn Dialect,
    pub choices: &'a Choices,
    pub schema: Schema,
    pub fills: Vec<Fill>,
    pub known: Known,
    /// What `--backfill` said and the chain takes care of.
    pub answered: BTreeSet<Place>,
    /// What rows get that a contract still finds without a value.
    pub stragglers: BTreeMap<Place, Expression>,
    /// Columns under a new name that may not be NULL any more.
    pub tightened: BTreeSet<Place>,
    /// New columns made of columns that go.
    pub made: Vec<Made>,
    /// Second columns that take the names of first ones with the contract.
    pub turns: Vec<Turn>,
    /// Columns that get another type by a second one.
    pub retyped: HashSet<Place>,
    /// Views in the place of tables that have another name by now.
    pub stand_ins: Vec<StandIn>,
    /// How values are converted by the contract.
    pub conversions: BTreeMap<Place, Expression>,
    in_step: Vec<DualWrite>,
    /// The columns that are kept in step, and by what.
    pub keepers: Vec<(DualWrite, Keepers)>,
    new_columns: HashSet<Place>,
    dropped_columns: HashSet<Place>,
    dropped_tables: HashSet<ObjectName>,
}

/// What is known of the renames.
pub(super) struct Told<'c> {
    /// Those that are no renames in the chain.
    pub replaced: &'c [Change],
    pub keys: &'c [Key],
    pub stand_ins: Vec<StandIn>,
}

impl<'a> Middle<'a> {
    /// `None` where nothing is risky: the middle would be what shall be.
    pub fn of(
        from: &'a Schema,
        to: &'a Schema,
        dialect: &'a dyn Dialect,
        choices: &'a Choices,
        told: Told<'_>,
    ) -> Option<Self> {
        let replaced = told.replaced;
        let conversions = rename_enum_value::conversions(replaced, to, dialect);
        let everything = DiffOptions::default();
        let changes = diff(Pair::new(from, to), dialect, &everything);
        let mut middle = Middle {
            from,
            to,
            dialect,
            choices,
            schema: to.clone(),
            fills: Vec::new(),
            known: Known { conversions: conversions.from, ..Known::default() },
            answered: BTreeSet::new(),
            stragglers: BTreeMap::new(),
            tightened: BTreeSet::new(),
            made: Vec::new(),
            turns: Vec::new(),
            retyped: HashSet::new(),
            stand_ins: told.stand_ins,
            conversions: conversions.to,
            in_step: Vec::new(),
            keepers: Vec::new(),
            new_columns: HashSet::new(),
            dropped_columns: HashSet::new(),
            dropped_tables: HashSet::new(),
        };
        middle.note(&changes);
        middle.retyped = retype::chosen(&middle, &changes);
        for change in &changes {
            middle.columns_and_tables(change, replaced);
        }
        let made = std::mem::take(&mut middle.made);
        split_columns::apply(&mut middle, made);
        for change in &changes {
            middle.all_else(change);
        }
        partition::follow(&mut middle);
        constraint::release(&mut middle);
        for stand_in in &middle.stand_ins {
            middle.schema.insert_object(Object::View(stand_in.view.clone()));
        }
        settle(&mut middle.schema, dialect);
        middle.schema = mended(middle.schema);
        rename_key::apply(&mut middle, told.keys);
        for dual in std::mem::take(&mut middle.in_step) {
            // Where the engine has no way, the contract finds what was missed.
            let keepers = dual.keepers(&middle.schema, dialect);
            if let (Ok(keepers), Ok(())) = (keepers, dual.keep(&mut middle.schema, dialect)) {
                middle.trust(&dual);
                middle.keepers.push((dual, keepers));
            }
        }
        let rest = diff(Pair::new(&middle.schema, to), dialect, &everything);
        (!rest.is_empty() || !middle.fills.is_empty()).then_some(middle)
    }

    fn note(&mut self, changes: &[Change]) {
        for change in changes {
            if let Change::AddColumn { table, column } = change {
                self.new_columns.insert((table.clone(), column.name.clone()));
            } else if let Change::DropColumn { table, column } = change
                && self.can_evolve(table)
            {
                self.dropped_columns.insert((table.clone(), column.name.clone()));
            } else if let Change::DropTable { table } = change {
                self.dropped_tables.insert(table.name.clone());
            }
        }
    }

    fn columns_and_tables(&mut self, change: &Change, replaced: &[Change]) {
        match change {
            Change::AddColumn { table, column } if self.can_evolve(table) => {
                match rename_column::of_new(replaced, table, &column.name) {
                    Some(old) => rename_column::add(self, table, old, column),
                    None => add_column::apply(self, table, column),
                }
            }
            Change::DropColumn { table, column } if self.can_evolve(table) => {
                drop_column::apply(self, table, column);
                if rename_column::is_old(replaced, table, &column.name) {
                    rename_column::keep(self, table, column);
                }
            }
            Change::AlterColumn { table, column } if self.can_evolve(table) => {
                alter_column::apply(self, table, column);
                if rename_enum_value::holds_default(replaced, column)
                    && let Some(found) = self.column(table, &column.to.name)
                {
                    found.default.clone_from(&column.from.default);
                }
            }
            Change::DropTable { table } => drop_table::apply(self, table),
            Change::AddColumn { .. }
            | Change::DropColumn { .. }
            | Change::AlterColumn { .. }
            | Change::CreateTable { .. }
            | Change::RenameTable { .. }
            | Change::AlterTableOptions { .. }
            | Change::RenameColumn { .. }
            | Change::AddConstraint { .. }
            | Change::DropConstraint { .. }
            | Change::AlterConstraint { .. }
            | Change::CreateIndex { .. }
            | Change::DropIndex { .. }
            | Change::AlterIndex { .. }
            | Change::CreateTrigger { .. }
            | Change::DropTrigger { .. }
            | Change::AlterTrigger { .. }
            | Change::CreateObject { .. }
            | Change::DropObject { .. }
            | Change::RenameObject { .. }
            | Change::AlterObject { .. }
            | Change::RenameEnumValue { .. }
            | Change::SetComment { .. } => {}
        }
    }

    fn all_else(&mut self, change: &Change) {
        if change.table().is_some_and(|table| !self.can_evolve(table)) {
            return;
        }
        match change {
            Change::AddConstraint { table, constraint } => constraint::add(self, table, constraint),
            Change::DropConstraint { table, constraint } => constraint::drop(self, table, constraint),
            Change::AlterConstraint { table, constraint } => constraint::alter(self, table, constraint),
            Change::CreateIndex { table, index } => index::create(self, table, index),
            Change::DropIndex { table, index } => index::drop(self, table, index),
            Change::AlterIndex { table, index } => index::alter(self, table, index),
            Change::DropTrigger { table, trigger } => trigger::drop(self, table, trigger),
            Change::AlterTrigger { table, trigger } => trigger::alter(self, table, trigger),
            Change::DropObject { object } => object::drop(self, object),
            Change::AlterObject { object } => object::alter(self, object),
            // Old code does not notice these, or nothing can be done for it.
            Change::CreateTable { .. }
            | Change::AlterTableOptions { .. }
            | Change::CreateTrigger { .. }
            | Change::CreateObject { .. }
            | Change::RenameTable { .. }
            | Change::RenameColumn { .. }
            | Change::RenameObject { .. }
            | Change::RenameEnumValue { .. }
            | Change::SetComment { .. } => {}
            // Done before.
            Change::DropTable { .. }
            | Change::AddColumn { .. }
            | Change::DropColumn { .. }
            | Change::AlterColumn { .. } => {}
        }
    }

    pub fn setting(&self) -> Setting<'_> {
        let schemas = Pair::new(self.from, self.to);
        Setting { schemas, dialect: self.dialect, choices: self.choices, known: &self.known, way: Way::Upgrade }
    }

    pub fn setting_back(&self) -> Setting<'_> {
        Setting { schemas: Pair::new(self.to, self.from), way: Way::Downgrade, ..self.setting() }
    }

    /// What is written to the columns while both versions of the code run.
    pub fn keep_in_step(&mut self, table: &ObjectName, kept: Kept) {
        let apart = |dual: &DualWrite| self.turns.iter().any(|turn| turn.dual == *dual);
        match self.in_step.iter_mut().find(|dual| dual.table == *table && !apart(dual)) {
            Some(dual) => dual.kept.push(kept),
            None => self.in_step.push(DualWrite { table: table.clone(), kept: vec![kept] }),
        }
    }

    /// The same, by triggers that end before all others.
    pub fn keep_apart(&mut self, dual: DualWrite) {
        self.in_step.push(dual);
    }

    /// What is filled wherever it would be NULL needs no second look by the contract.
    fn trust(&mut self, dual: &DualWrite) {
        for kept in &dual.kept {
            let columns: Vec<&str> = match kept {
                Kept::Filled { column, value: _ } => vec![column],
                Kept::Both { old: _, new } => new.iter().map(|side| side.column.as_str()).collect(),
            };
            for column in columns {
                let place = (dual.table.clone(), column.to_string());
                // A renamed column that may not be NULL any more has to be looked through.
                if !self.tightened.contains(&place) && self.stragglers.remove(&place).is_some() {
                    self.known.filled.insert(place);
                }
            }
        }
    }

    pub fn can_evolve(&self, table: &ObjectName) -> bool {
        super::can_evolve(self.from, table) && super::can_evolve(self.to, table)
    }

    pub fn table(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.schema.table_mut(name)
    }

    pub fn column(&mut self, table: &ObjectName, column: &str) -> Option<&mut Column> {
        self.table(table)?.column_mut(column)
    }

    pub fn is_new(&self, table: &ObjectName, column: &str) -> bool {
        self.new_columns.contains(&(table.clone(), column.to_string()))
    }

    /// Whether no row that exists, and nothing that old code writes, can break what is about these columns alone.
    pub fn all_new<'c>(&self, table: &ObjectName, columns: impl IntoIterator<Item = &'c String>) -> bool {
        let mut columns = columns.into_iter().peekable();
        columns.peek().is_some() && columns.all(|column| self.is_new(table, column))
    }

    /// Whether the column stays only for old code.
    pub fn is_dropped(&self, table: &ObjectName, column: &str) -> bool {
        self.dropped_columns.contains(&(table.clone(), column.to_string()))
    }

    /// Whether the text, which belongs to the table, reads a column of it that goes.
    pub fn reads_dropped(&self, table: &ObjectName, text: &Expression) -> bool {
        let engine = self.dialect.engine();
        self.dropped_columns.iter().any(|(of, column)| of == table && names_column(text, column, engine))
    }

    /// Whether the text reads a table or a column that goes.
    pub fn mentions_dropped(&self, text: &str) -> bool {
        let engine = self.dialect.engine();
        let says = |name: &str| crate::words::mentions(text, name, engine);
        self.dropped_columns.iter().any(|(table, column)| says(&table.name) && says(column))
            || self.dropped_tables.iter().any(|table| says(&table.name))
    }

    /// The columns of a text, among those that the table has in the middle.
    pub fn columns_in(&self, table: &ObjectName, text: &Expression) -> Vec<String> {
        let engine = self.dialect.engine();
        let columns = self.schema.table(table).into_iter().flat_map(|found| &found.columns);
        columns.filter(|column| names_column(text, &column.name, engine)).map(|column| column.name.clone()).collect()
    }
}
