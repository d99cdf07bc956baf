use std::collections::{BTreeSet, HashMap, HashSet};

use whimbrel_schema::{Column, Constraint, Generation, Index, Object, ObjectName, Table};

use super::Setting;
use crate::order::Places;
use crate::words::words;
use crate::{Change, order};

/// What an op has to know about all the other changes, gathered once.
pub(crate) struct Survey {
    /// The new tables, each with its place in the order of creation.
    pub created: Places,
    /// The tables that go, each with its place in the order in which they would be created.
    pub dropped: Places,
    /// Tables that exist and whose keys or columns change: a foreign key to them waits until they are done.
    pub unsettled: HashSet<ObjectName>,
    /// Tables that exist and lose a key or a column: foreign keys of tables that go do not wait for the end.
    pub loosened: HashSet<ObjectName>,
    /// Tables that go early, because their names or those of their indexes are wanted, and those that reference them.
    pub freed: HashSet<ObjectName>,
    /// The names that new relations and indexes take.
    pub taken: HashSet<ObjectName>,
    /// Indexes that go, by their table and name.
    pub dropped_indexes: HashMap<(ObjectName, String), Index>,
    /// Unique constraints and primary keys that come, by their table and name.
    pub added_keys: HashMap<(ObjectName, String), Constraint>,
    added_constraints: HashMap<ObjectName, Vec<Constraint>>,
    added_columns: HashMap<ObjectName, Vec<Column>>,
    /// The functions that expressions of tables call.
    pub called_by_tables: HashSet<String>,
    /// New relations, lower case, for finding them in functions' bodies.
    pub created_views: HashSet<String>,
}

impl Survey {
    pub fn of(setting: &Setting<'_>, changes: &[Change]) -> Self {
        let created: BTreeSet<&ObjectName> = (changes.iter())
            .filter_map(|change| {
                let Change::CreateTable { table } = change else { return None };
                Some(&table.name)
            })
            .collect();
        let dropped: BTreeSet<&ObjectName> = (changes.iter())
            .filter_map(|change| {
                let Change::DropTable { table } = change else { return None };
                Some(&table.name)
            })
            .collect();
        let mut survey = Survey {
            created: order::creation_places(setting.schemas.to, &created),
            dropped: order::creation_places(setting.schemas.from, &dropped),
            unsettled: HashSet::new(),
            loosened: HashSet::new(),
            freed: HashSet::new(),
            taken: HashSet::new(),
            dropped_indexes: HashMap::new(),
            added_keys: HashMap::new(),
            added_constraints: HashMap::new(),
            added_columns: HashMap::new(),
            called_by_tables: HashSet::new(),
            created_views: HashSet::new(),
        };
        for change in changes {
            survey.note(change);
        }
        survey.free_names(changes);
        survey
    }

    /// Whether the referenced table would be dropped before the one that references it: only in a circle, because
    /// tables go in the reverse order of creation.
    pub fn goes_before(&self, referenced: &ObjectName, table: &ObjectName) -> bool {
        match (self.dropped.get(referenced), self.dropped.get(table)) {
            (Some(referenced), Some(own)) => referenced > own,
            (None, _) | (_, None) => false,
        }
    }

    fn free_names(&mut self, changes: &[Change]) {
        let dropped: Vec<&Table> = (changes.iter())
            .filter_map(|change| {
                let Change::DropTable { table } = change else { return None };
                Some(&**table)
            })
            .collect();
        let mut referencing: HashMap<&ObjectName, Vec<&ObjectName>> = HashMap::new();
        for table in &dropped {
            for key in &table.foreign_keys {
                referencing.entry(&key.references).or_default().push(&table.name);
            }
        }
        let wanted = |table: &&&Table| {
            let indexes = table.indexes.iter().map(|index| index.name.as_str());
            let mut names = indexes.chain(keys_with_indexes(table)).map(|name| table.name.sibling(name));
            self.taken.contains(&table.name) || names.any(|name| self.taken.contains(&name))
        };
        let mut open: Vec<&ObjectName> = dropped.iter().filter(wanted).map(|table| &table.name).collect();
        while let Some(name) = open.pop() {
            if self.freed.insert(name.clone()) {
                open.extend(referencing.get(name).into_iter().flatten());
            }
        }
    }

    pub fn added_constraints(&self, table: &ObjectName) -> &[Constraint] {
        self.added_constraints.get(table).map_or(&[], Vec::as_slice)
    }

    pub fn added_columns(&self, table: &ObjectName) -> &[Column] {
        self.added_columns.get(table).map_or(&[], Vec::as_slice)
    }

    fn note(&mut self, change: &Change) {
        match change {
            Change::CreateTable { table } => self.note_table(table),
            Change::AddColumn { table, column } => {
                self.unsettled.insert(table.clone());
                self.note_calls(column.default.as_ref().map(|it| it.text()));
                self.note_generation(column.generation.as_ref());
                self.added_columns.entry(table.clone()).or_default().push((**column).clone());
            }
            Change::AlterColumn { table, column } => {
                self.unsettled.insert(table.clone());
                self.loosened.insert(table.clone());
                self.note_calls(column.to.default.as_ref().map(|it| it.text()));
                self.note_generation(column.to.generation.as_ref());
            }
            Change::DropColumn { table, .. } => {
                self.unsettled.insert(table.clone());
                self.loosened.insert(table.clone());
            }
            Change::DropConstraint { table, .. } => {
                self.loosened.insert(table.clone());
            }
            Change::AddConstraint { table, constraint } => {
                self.note_constraint(table, constraint);
                self.added_constraints.entry(table.clone()).or_default().push((**constraint).clone());
            }
            Change::AlterConstraint { table, constraint } => {
                self.loosened.insert(table.clone());
                self.note_constraint(table, &constraint.to);
            }
            Change::CreateIndex { table, index } => self.note_index(table, index),
            Change::AlterIndex { table, index } => {
                if index.from.unique {
                    self.loosened.insert(table.clone());
                }
                self.note_index(table, &index.to);
            }
            Change::DropIndex { table, index } => {
                if index.unique {
                    self.loosened.insert(table.clone());
                }
                self.dropped_indexes.insert((table.clone(), index.name.clone()), (**index).clone());
            }
            Change::CreateObject { object } => {
                let id = object.id();
                if let Object::View(view) = &**object {
                    self.created_views.insert(view.name.name.to_lowercase());
                }
                self.taken.insert(id.name);
            }
            Change::DropTable { .. }
            | Change::RenameTable { .. }
            | Change::AlterTableOptions { .. }
            | Change::RenameColumn { .. }
            | Change::CreateTrigger { .. }
            | Change::DropTrigger { .. }
            | Change::AlterTrigger { .. }
            | Change::DropObject { .. }
            | Change::RenameObject { .. }
            | Change::AlterObject { .. }
            | Change::RenameEnumValue { .. }
            | Change::SetComment { .. } => {}
        }
    }

    fn note_table(&mut self, table: &Table) {
        self.taken.insert(table.name.clone());
        for index in &table.indexes {
            self.taken.insert(table.name.sibling(&index.name));
            for key in &index.keys {
                if let whimbrel_schema::IndexTarget::Expression(expression) = &key.target {
                    self.note_calls(Some(expression.text()));
                }
            }
            self.note_calls(index.predicate.as_ref().map(|it| it.text()));
        }
        for column in &table.columns {
            self.note_calls(column.default.as_ref().map(|it| it.text()));
            self.note_generation(column.generation.as_ref());
        }
        for name in keys_with_indexes(table) {
            self.taken.insert(table.name.sibling(name));
        }
        for check in &table.checks {
            self.note_calls(Some(check.expression.text()));
        }
    }

    fn note_constraint(&mut self, table: &ObjectName, constraint: &Constraint) {
        if let Some(name) = constraint.name() {
            self.taken.insert(table.sibling(name));
        }
        match constraint {
            Constraint::PrimaryKey(_) | Constraint::Unique(_) => {
                self.unsettled.insert(table.clone());
                if let Some(name) = constraint.name() {
                    self.added_keys.insert((table.clone(), name.to_string()), constraint.clone());
                }
            }
            Constraint::Check(check) => self.note_calls(Some(check.expression.text())),
            Constraint::ForeignKey(_) | Constraint::Exclusion(_) => {}
        }
    }

    fn note_index(&mut self, table: &ObjectName, index: &Index) {
        self.taken.insert(table.sibling(&index.name));
        if index.unique {
            self.unsettled.insert(table.clone());
        }
        self.note_calls(index.predicate.as_ref().map(|it| it.text()));
        for key in &index.keys {
            if let whimbrel_schema::IndexTarget::Expression(expression) = &key.target {
                self.note_calls(Some(expression.text()));
            }
        }
    }

    fn note_generation(&mut self, generation: Option<&Generation>) {
        match generation {
            Some(Generation::Stored(expression) | Generation::Virtual(expression)) => {
                self.note_calls(Some(expression.text()));
            }
            Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => {}
        }
    }

    fn note_calls(&mut self, text: Option<&str>) {
        let Some(text) = text.filter(|text| text.contains('(')) else { return };
        let words = words(text);
        for pair in words.windows(2) {
            if let [name, open] = pair
                && name.is_identifier()
                && open.is_symbol("(")
            {
                self.called_by_tables.insert(name.text.to_lowercase());
            }
        }
    }
}

/// The constraints of a table that have an index of their name behind them.
fn keys_with_indexes(table: &Table) -> impl Iterator<Item = &str> {
    let primary = table.primary_key.iter().filter_map(|it| it.name.as_deref());
    let uniques = table.uniques.iter().filter_map(|it| it.name.as_deref());
    primary.chain(uniques).chain(table.exclusions.iter().filter_map(|it| it.name.as_deref()))
}
