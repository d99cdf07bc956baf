//! Which tables a plan touches and what those refer to: of which a copy has to be there before it runs, so that every
//! value that it destroys can be had again, and so that the copy holds together.

use std::collections::{BTreeSet, HashMap};

use whimbrel_schema::{Action, ObjectKind, ObjectName, Schema, Table};

use crate::{Amendment, CommentTarget, DataChange, Step, Understanding};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Affected {
    Tables(BTreeSet<ObjectName>),
    /// What is touched cannot be seen, and why: any of them may be.
    Everything(String),
}

/// What these statements touch, in order; `schema` is the one before them.
pub fn affected(statements: &[Understanding], schema: &Schema) -> Affected {
    walk(statements, schema, |_| true)
}

/// Only those of which they destroy values, and what these refer to.
pub fn destroyed(statements: &[Understanding], schema: &Schema) -> Affected {
    walk(statements, schema, destroys)
}

fn walk(statements: &[Understanding], schema: &Schema, counts: impl Fn(&Step) -> bool) -> Affected {
    let mut touching = Touching::of(schema);
    for statement in statements {
        let taken = match statement {
            Understanding::Unknown { reason, .. } => Err(format!("a statement is not understood: {reason}")),
            Understanding::Known { steps, .. } => steps.iter().try_for_each(|step| {
                touching.follow(step);
                if counts(step) { touching.take(step) } else { Ok(()) }
            }),
        };
        if let Err(why) = taken {
            return Affected::Everything(why);
        }
    }
    Affected::Tables(touching.with_references())
}

/// Whether a value may be gone, or another, after it.
fn destroys(step: &Step) -> bool {
    match step {
        Step::DropTable { .. }
        | Step::RebuildTable { .. }
        | Step::DropColumn { .. }
        | Step::SetColumnType { .. }
        | Step::SetGeneration { .. }
        | Step::DropObject { .. } => true,
        Step::ChangeData { change, .. } => match change {
            DataChange::Insert => false,
            DataChange::Update | DataChange::Delete | DataChange::Truncate | DataChange::Merge => true,
        },
        Step::Amend(amendment) => matches!(**amendment, Amendment::GenerationExpression { .. }),
        Step::CreateTable { .. }
        | Step::RenameTable { .. }
        | Step::SetTableOptions { .. }
        | Step::AddColumn { .. }
        | Step::RenameColumn { .. }
        | Step::SetNullable { .. }
        | Step::SetDefault { .. }
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
        | Step::AddEnumValue { .. }
        | Step::RenameEnumValue { .. }
        | Step::CreateTrigger { .. }
        | Step::DropTrigger { .. }
        | Step::SetTriggerEnabled { .. }
        | Step::AttachPartition { .. }
        | Step::DetachPartition { .. }
        | Step::SetComment { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => false,
    }
}

struct Touching<'s> {
    schema: &'s Schema,
    tables: BTreeSet<ObjectName>,
    /// Made by the plan itself: nothing of them was there before.
    new: BTreeSet<ObjectName>,
    /// Names that the plan gave, and what was called so before.
    renamed: HashMap<ObjectName, ObjectName>,
    /// Those that refer to a table, with what becomes of their rows.
    referring: HashMap<&'s ObjectName, Vec<&'s ObjectName>>,
    /// Partitions and heirs.
    below: HashMap<&'s ObjectName, Vec<&'s ObjectName>>,
}

impl<'s> Touching<'s> {
    fn of(schema: &'s Schema) -> Self {
        let mut touching = Touching {
            schema,
            tables: BTreeSet::new(),
            new: BTreeSet::new(),
            renamed: HashMap::new(),
            referring: HashMap::new(),
            below: HashMap::new(),
        };
        for table in schema.tables.values() {
            for key in &table.foreign_keys {
                let follows = [key.on_delete, key.on_update].into_iter().any(|action| match action {
                    Action::NoAction | Action::Restrict => false,
                    Action::Cascade | Action::SetNull | Action::SetDefault => true,
                });
                let parent = schema.table(&key.references).filter(|_| follows);
                if let Some(parent) = parent {
                    touching.referring.entry(&parent.name).or_default().push(&table.name);
                }
            }
            for parent in parents(table).filter_map(|parent| schema.table(parent)) {
                touching.below.entry(&parent.name).or_default().push(&table.name);
            }
        }
        touching
    }

    /// The table as it was before the plan, under whatever name it is now.
    fn before(&self, name: &ObjectName) -> Option<&'s Table> {
        self.schema.table(self.renamed.get(name).unwrap_or(name))
    }

    /// What names mean from here on.
    fn follow(&mut self, step: &Step) {
        if let Step::CreateTable { table, .. } = step {
            self.new.insert(table.name.clone());
        } else if let Step::RenameTable { from, to } = step {
            match self.before(from) {
                Some(table) => drop(self.renamed.insert(to.clone(), table.name.clone())),
                None => drop(self.new.insert(to.clone())),
            }
        }
    }

    fn table(&mut self, name: &ObjectName) {
        let Some(table) = self.before(name) else { return };
        if self.tables.insert(table.name.clone()) {
            let below = self.below.get(&table.name).cloned().unwrap_or_default();
            below.into_iter().for_each(|name| self.table(name));
        }
    }

    fn index(&mut self, index: &ObjectName) {
        if let Some(table) = self.schema.table_of_index(index) {
            self.table(table);
        }
    }

    /// Rows go or change, and what refers to them may go or change with them.
    fn rows(&mut self, name: &ObjectName) {
        let (mut seen, mut open) = (BTreeSet::new(), vec![name.clone()]);
        while let Some(name) = open.pop() {
            let Some(table) = self.before(&name) else { continue };
            if !seen.insert(table.name.clone()) {
                continue;
            }
            self.table(&name);
            let of = |of: &HashMap<&'s ObjectName, Vec<&'s ObjectName>>| of.get(&table.name).cloned();
            let along = of(&self.referring).into_iter().chain(of(&self.below)).flatten();
            open.extend(along.cloned());
        }
    }

    fn data(&mut self, name: &ObjectName, change: DataChange) -> Result<(), String> {
        let Some(table) = self.before(name) else {
            return match self.new.contains(name) {
                true => Ok(()),
                // A view, or what nobody has seen: behind it may be any table.
                false => Err(format!("rows are changed through `{name}`, which is no table")),
            };
        };
        match change {
            DataChange::Insert => self.table(name),
            DataChange::Update | DataChange::Delete | DataChange::Truncate | DataChange::Merge => self.rows(name),
        }
        match table.triggers.first() {
            Some(trigger) => Err(format!("the trigger `{}` of `{name}` may change any table", trigger.name)),
            None => Ok(()),
        }
    }

    fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::CreateTable { table, .. } => {
                table.foreign_keys.iter().for_each(|key| self.table(&key.references));
            }
            Step::DropTable { table, .. } => self.rows(table),
            // It is known under its new name already.
            Step::RenameTable { to, .. } => self.table(to),
            Step::RebuildTable { table, to, .. } => {
                self.rows(table);
                to.foreign_keys.iter().for_each(|key| self.table(&key.references));
            }
            Step::AddColumn { table, constraints, .. } => {
                self.table(table);
                constraints.iter().for_each(|constraint| self.constraint(constraint));
            }
            Step::AddConstraint { table, constraint, .. } => {
                self.table(table);
                self.constraint(constraint);
            }
            Step::SetTableOptions { table, .. }
            | Step::DropColumn { table, .. }
            | Step::RenameColumn { table, .. }
            | Step::SetColumnType { table, .. }
            | Step::SetNullable { table, .. }
            | Step::SetDefault { table, .. }
            | Step::SetGeneration { table, .. }
            | Step::DropConstraint { table, .. }
            | Step::RenameConstraint { table, .. }
            | Step::ValidateConstraint { table, .. }
            | Step::SetDeferrable { table, .. }
            | Step::CreateIndex { table, .. }
            | Step::CreateTrigger { table, .. }
            | Step::SetTriggerEnabled { table, .. } => self.table(table),
            Step::DropIndex { index, .. } | Step::SetIndexStorage { index, .. } => self.index(index),
            Step::RenameIndex { from, .. } => self.index(from),
            Step::DropTrigger { table, .. } => table.iter().for_each(|table| self.table(table)),
            Step::AttachPartition { parent, partition, .. } | Step::DetachPartition { parent, partition, .. } => {
                self.table(parent);
                self.table(partition);
            }
            Step::SetComment { on, .. } => match on {
                CommentTarget::Table(table)
                | CommentTarget::Column(table, _)
                | CommentTarget::Constraint(table, _)
                | CommentTarget::Trigger(table, _) => self.table(table),
                CommentTarget::Index(index) => self.index(index),
                CommentTarget::Object(_) => {}
            },
            Step::ChangeData { change, tables } => {
                return tables.iter().try_for_each(|table| self.data(table, *change));
            }
            Step::DropObject { object, cascade, .. } => match object.kind {
                ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence => {}
                ObjectKind::Enum | ObjectKind::Domain | ObjectKind::Routine if !cascade => {}
                ObjectKind::Namespace
                | ObjectKind::Extension
                | ObjectKind::Enum
                | ObjectKind::Domain
                | ObjectKind::Routine
                | ObjectKind::Opaque => return Err(format!("what goes with {object} cannot be seen")),
            },
            Step::Amend(amendment) => self.amendment(amendment),
            // They say what values may be, and touch none.
            Step::CreateObject { .. } | Step::RenameObject { .. } | Step::AlterObject { .. } => {}
            Step::AddEnumValue { .. } | Step::RenameEnumValue { .. } => {}
            Step::SetSession { .. } | Step::Inert { .. } => {}
        }
        Ok(())
    }

    fn constraint(&mut self, constraint: &whimbrel_schema::Constraint) {
        if let whimbrel_schema::Constraint::ForeignKey(key) = constraint {
            self.table(&key.references);
        }
    }

    fn amendment(&mut self, amendment: &Amendment) {
        match amendment {
            Amendment::Persistence { table, .. }
            | Amendment::RowSecurity { table, .. }
            | Amendment::Storage { table, .. }
            | Amendment::Tablespace { table, .. }
            | Amendment::Identity { table, .. }
            | Amendment::GenerationExpression { table, .. } => self.table(table),
            Amendment::Inherit { table, parent, .. } => {
                self.table(table);
                self.table(parent);
            }
            Amendment::IndexStorage { index, .. } | Amendment::IndexTablespace { index, .. } => self.index(index),
            Amendment::AttachIndex { index, partition } => {
                self.index(index);
                self.index(partition);
            }
            Amendment::Sequence { .. }
            | Amendment::Domain { .. }
            | Amendment::ViewOptions { .. }
            | Amendment::ExtensionNamespace { .. } => {}
        }
    }

    /// With every table whose rows those of another need.
    fn with_references(self) -> BTreeSet<ObjectName> {
        let (mut all, mut open) = (BTreeSet::new(), Vec::from_iter(self.tables));
        while let Some(name) = open.pop() {
            let Some(table) = self.schema.table(&name) else { continue };
            if all.insert(table.name.clone()) {
                open.extend(table.foreign_keys.iter().map(|key| key.references.clone()));
                open.extend(parents(table).cloned());
            }
        }
        all
    }
}

fn parents(table: &Table) -> impl Iterator<Item = &ObjectName> {
    table.options.partition_of.iter().map(|it| &it.parent).chain(&table.options.inherits)
}
