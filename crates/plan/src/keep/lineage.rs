//! Where the tables and columns of a schema are after some steps, and which of their values are still what they were.

use std::collections::{BTreeMap, BTreeSet};

use whimbrel_schema::{Action, Column, Engine, Generation, ObjectName, Persistence, Schema, Table};

use super::Keeping;
use crate::fold::{FoldError, Folding};
use crate::review::Copied;
use crate::{DataChange, Dialect, Step};

/// A table of the beginning.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// What it is called now; `None` when it is gone.
    pub now: Option<ObjectName>,
    pub columns: Vec<LineColumn>,
    pub rows_gone: bool,
    /// Nothing names the table: its rows go, or change, with those of another.
    pub taken_along: bool,
}

#[derive(Debug, Clone)]
pub(super) struct LineColumn {
    pub name: String,
    pub now: Option<String>,
    /// Its values went through something that may not lead back.
    pub converted: bool,
    /// A foreign key puts NULL or a default in their place.
    pub overwritten: bool,
}

/// A table that was filled from another.
struct Filled {
    from: ObjectName,
    to: ObjectName,
    copied: Copied,
}

pub(super) struct Lineage<'d> {
    pub lines: BTreeMap<ObjectName, Line>,
    folding: Folding,
    filled: Vec<Filled>,
    pub dialect: &'d dyn Dialect,
    pub keeping: &'d dyn Keeping,
    engine: Engine,
    /// Whether the engine minds foreign keys now, and deletes with them.
    minds_keys: bool,
}

/// Values that the engine computes, and nobody put there.
pub(super) fn is_computed(column: &Column) -> bool {
    match column.generation {
        Some(Generation::Stored(_) | Generation::Virtual(_)) => true,
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => false,
    }
}

impl<'d> Lineage<'d> {
    pub fn new(before: &Schema, dialect: &'d dyn Dialect, keeping: &'d dyn Keeping) -> Self {
        let lasting = |table: &&Table| table.options.persistence != Persistence::Temporary;
        let lines = before.tables.values().filter(lasting).map(|table| {
            let columns = table.columns.iter().filter(|column| !is_computed(column)).map(|column| LineColumn {
                name: column.name.clone(),
                now: Some(column.name.clone()),
                converted: false,
                overwritten: false,
            });
            let line = Line {
                now: Some(table.name.clone()),
                columns: columns.collect(),
                rows_gone: false,
                taken_along: false,
            };
            (table.name.clone(), line)
        });
        let engine = before.engine;
        let lines = lines.collect();
        let (folding, minds_keys) = (Folding::new(before.clone()), keeping.minds_keys());
        Lineage { lines, folding, filled: Vec::new(), dialect, keeping, engine, minds_keys }
    }

    /// The schema behind the steps that were taken.
    pub fn schema(&self) -> &Schema {
        self.folding.schema()
    }

    /// Whether rows go with those that they refer to.
    pub fn minds_keys(&self) -> bool {
        self.minds_keys
    }

    /// Takes one step of a statement.
    pub fn take(&mut self, step: &Step, sql: &str) -> Result<(), FoldError> {
        match step {
            Step::ChangeData { change, tables } => {
                self.change_rows(*change, tables, sql);
                Ok(())
            }
            Step::RenameTable { from, to } => {
                self.folding.apply(step, self.dialect)?;
                if let Some(line) = self.line_now(from) {
                    line.now = Some(to.clone());
                }
                for filled in &mut self.filled {
                    for name in [&mut filled.from, &mut filled.to] {
                        if name.is(from, self.engine) {
                            *name = to.clone();
                        }
                    }
                }
                Ok(())
            }
            Step::RenameColumn { from, to, .. } => {
                self.folding.apply(step, self.dialect)?;
                self.follow_column(from, to);
                Ok(())
            }
            Step::SetColumnType { table, column, to, using, .. } => {
                let types = self.folding.schema().table(table).and_then(|table| self.column(table, column));
                let back = using.is_none()
                    && types.is_some_and(|it| self.keeping.comes_back(whimbrel_schema::Pair::new(&it.ty, to)));
                self.folding.apply(step, self.dialect)?;
                if !back {
                    self.convert(table, column);
                }
                Ok(())
            }
            Step::SetGeneration { table, column, to: Some(Generation::Stored(_) | Generation::Virtual(_)) } => {
                self.folding.apply(step, self.dialect)?;
                self.convert(table, column);
                Ok(())
            }
            Step::RebuildTable { table, to, copy } => {
                let columns = copy.iter().map(|(into, expression)| {
                    let text = expression.text();
                    let found = self.folding.schema().table(table).and_then(|from| {
                        let quoted = |column: &&Column| {
                            text == self.dialect.quote(&column.name) || self.engine.same_name(text, &column.name)
                        };
                        from.columns.iter().find(quoted)
                    });
                    (into.clone(), found.map(|column| column.name.clone()).into_iter().collect())
                });
                let columns: Vec<(String, Vec<String>)> = columns.collect();
                let unchanged = columns.iter().filter(|it| !it.1.is_empty()).map(|it| it.0.clone()).collect();
                let copied = Copied { from: table.clone(), to: to.name.clone(), columns, unchanged, every_row: true };
                let from = self.folding.schema().table(table).cloned();
                self.folding.apply(step, self.dialect)?;
                if let Some(from) = from {
                    self.move_into(table, &from, to, &copied);
                }
                Ok(())
            }
            Step::DropTable { table, .. } => {
                if self.keeping.drop_deletes() {
                    self.take_along(std::slice::from_ref(table), DataChange::Delete);
                }
                let from = self.folding.schema().table(table).cloned();
                let filled = self.filled.iter().rposition(|filled| filled.from.is(table, self.engine));
                let filled = filled.map(|at| self.filled.remove(at));
                self.folding.apply(step, self.dialect)?;
                if let (Some(from), Some(filled)) = (from, filled)
                    && let Some(to) = self.folding.schema().table(&filled.to).cloned()
                {
                    self.move_into(table, &from, &to, &filled.copied);
                }
                self.sweep();
                Ok(())
            }
            Step::DropColumn { .. } | Step::DropObject { .. } => {
                self.folding.apply(step, self.dialect)?;
                self.sweep();
                Ok(())
            }
            Step::SetSession { .. } => {
                self.heed_session(step);
                self.folding.apply(step, self.dialect)
            }
            Step::CreateTable { .. }
            | Step::SetTableOptions { .. }
            | Step::AddColumn { .. }
            | Step::SetNullable { .. }
            | Step::SetDefault { .. }
            | Step::SetGeneration { .. }
            | Step::AddConstraint { .. }
            | Step::DropConstraint { .. }
            | Step::RenameConstraint { .. }
            | Step::ValidateConstraint { .. }
            | Step::SetDeferrable { .. }
            | Step::CreateIndex { .. }
            | Step::DropIndex { .. }
            | Step::RenameIndex { .. }
            | Step::SetIndexStorage { .. }
            | Step::CreateObject { .. }
            | Step::RenameObject { .. }
            | Step::AlterObject { .. }
            | Step::Amend(_)
            | Step::AddEnumValue { .. }
            | Step::RenameEnumValue { .. }
            | Step::CreateTrigger { .. }
            | Step::DropTrigger { .. }
            | Step::SetTriggerEnabled { .. }
            | Step::AttachPartition { .. }
            | Step::DetachPartition { .. }
            | Step::SetComment { .. }
            | Step::Inert { .. } => self.folding.apply(step, self.dialect),
        }
    }

    fn change_rows(&mut self, change: DataChange, tables: &[ObjectName], sql: &str) {
        match change {
            DataChange::Insert => {
                let Some(copied) = self.dialect.copied(sql, self.folding.schema()) else { return };
                // A table of the beginning has values of its own.
                if self.line_now(&copied.to).is_none() {
                    let (from, to) = (copied.from.clone(), copied.to.clone());
                    self.filled.push(Filled { from, to, copied });
                }
            }
            DataChange::Delete | DataChange::Truncate => {
                for table in tables {
                    if let Some(line) = self.line_now(table) {
                        (line.rows_gone, line.taken_along) = (true, false);
                    }
                }
                self.take_along(tables, change);
            }
            DataChange::Update | DataChange::Merge => {}
        }
    }

    /// What a session minds from here on.
    pub fn heed_session(&mut self, step: &Step) {
        if let Step::SetSession { name, value } = step
            && let Some(minds) = self.keeping.turns_keys(name, value.as_deref())
        {
            self.minds_keys = minds;
        }
    }

    /// What goes by foreign keys with the rows of these. TRUNCATE takes every table along that refers to it, whatever its
    /// keys say, or it is refused.
    fn take_along(&mut self, tables: &[ObjectName], change: DataChange) {
        if !self.minds_keys {
            return;
        }
        let mut todo: Vec<ObjectName> = tables.to_vec();
        let mut seen: BTreeSet<ObjectName> = BTreeSet::new();
        while let Some(parent) = todo.pop() {
            if !seen.insert(parent.clone()) {
                continue;
            }
            let mut goes: Vec<ObjectName> = Vec::new();
            let mut changes: Vec<(ObjectName, String)> = Vec::new();
            for child in self.folding.schema().tables.values() {
                for key in child.foreign_keys.iter().filter(|key| key.references.is(&parent, self.engine)) {
                    match key.on_delete {
                        _ if change == DataChange::Truncate => goes.push(child.name.clone()),
                        Action::Cascade => goes.push(child.name.clone()),
                        Action::SetNull | Action::SetDefault => {
                            let set = if key.set_columns.is_empty() { &key.columns } else { &key.set_columns };
                            changes.extend(set.iter().map(|column| (child.name.clone(), column.clone())));
                        }
                        Action::NoAction | Action::Restrict => {}
                    }
                }
            }
            for child in goes {
                if let Some(line) = self.line_now(&child)
                    && !line.rows_gone
                {
                    (line.rows_gone, line.taken_along) = (true, true);
                }
                todo.push(child);
            }
            let engine = self.engine;
            for (child, name) in changes {
                let Some(line) = self.line_now(&child) else { continue };
                let is_it = |it: &&mut LineColumn| it.now.as_ref().is_some_and(|now| engine.same_name(now, &name));
                line.columns.iter_mut().filter(is_it).for_each(|column| column.overwritten = true);
            }
        }
    }

    /// The table's rows are in another one now, with the columns that were carried over.
    fn move_into(&mut self, table: &ObjectName, from: &Table, to: &Table, copied: &Copied) {
        let (engine, dialect) = (self.engine, self.dialect);
        let Some(line) = self.line_now(table) else { return };
        line.now = Some(to.name.clone());
        line.rows_gone |= !copied.every_row;
        for column in &mut line.columns {
            let Some(now) = column.now.take() else { continue };
            let is_it = |(_, sources): &&(String, Vec<String>)| matches!(sources.as_slice(), [one] if engine.same_name(one, &now));
            let candidates: Vec<&String> = copied.columns.iter().filter(is_it).map(|(into, _)| into).collect();
            // It may fill several; the one that is what it was, or called as it was, counts.
            let best = candidates.iter().find(|into| copied.unchanged.contains(into));
            let best = best.or(candidates.iter().find(|into| engine.same_name(into, &now)));
            let Some(into) = best.or(candidates.first()) else { continue };
            let types = |table: &Table, name: &str| {
                table.columns.iter().find(|it| engine.same_name(&it.name, name)).map(|it| it.ty.clone())
            };
            let same = match (types(from, &now), types(to, into)) {
                (Some(from), Some(to)) => dialect.same_type(whimbrel_schema::Pair::new(&from, &to)),
                _ => false,
            };
            let computed = to.columns.iter().any(|it| engine.same_name(&it.name, into) && is_computed(it));
            column.converted |= !copied.unchanged.contains(into) || !same || computed;
            column.now = Some((*into).clone());
        }
    }

    fn column<'t>(&self, table: &'t Table, name: &str) -> Option<&'t Column> {
        table.columns.iter().find(|column| self.engine.same_name(&column.name, name))
    }

    fn line_now(&mut self, name: &ObjectName) -> Option<&mut Line> {
        let engine = self.engine;
        self.lines.values_mut().find(|line| line.now.as_ref().is_some_and(|now| now.is(name, engine)))
    }

    /// In the table and in those that take over what is done to it, the column has another name now.
    fn follow_column(&mut self, from: &str, to: &str) {
        let (schema, engine) = (self.folding.schema(), self.engine);
        for line in self.lines.values_mut() {
            let Some(table) = line.now.as_ref().and_then(|now| schema.table(now)) else { continue };
            let has = |name: &str| table.columns.iter().any(|column| engine.same_name(&column.name, name));
            let renamed = line.columns.iter_mut().filter(|column| {
                column.now.as_ref().is_some_and(|now| engine.same_name(now, from) && !has(now) && has(to))
            });
            renamed.for_each(|column| column.now = Some(to.to_string()));
        }
    }

    fn convert(&mut self, table: &ObjectName, name: &str) {
        let engine = self.engine;
        let Some(line) = self.line_now(table) else { return };
        let is_it = |column: &&mut LineColumn| column.now.as_ref().is_some_and(|now| engine.same_name(now, name));
        line.columns.iter_mut().filter(is_it).for_each(|column| column.converted = true);
    }

    /// Takes note of what is not there any more.
    fn sweep(&mut self) {
        let (schema, engine) = (self.folding.schema(), self.engine);
        for line in self.lines.values_mut() {
            let Some(now) = &line.now else { continue };
            let Some(table) = schema.table(now) else {
                line.now = None;
                continue;
            };
            let names: BTreeSet<String> = table.columns.iter().map(|column| fold_case(&column.name, engine)).collect();
            for column in &mut line.columns {
                if column.now.as_ref().is_some_and(|now| !names.contains(&fold_case(now, engine))) {
                    column.now = None;
                }
            }
        }
    }
}

fn fold_case(name: &str, engine: Engine) -> String {
    if engine.same_name("a", "A") { name.to_ascii_lowercase() } else { name.to_string() }
}
