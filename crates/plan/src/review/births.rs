use std::collections::BTreeSet;

use whimbrel_schema::{ObjectName, Schema};

use super::{Prediction, Touch, Touched};
use crate::{NewRelation, Step};

/// Whether others may use what is touched. On what the file itself has made, nothing hangs that it does not name.
pub(super) fn is_in_use(
    touch: &Touch,
    steps: &[Step],
    prediction: &Prediction,
    is_new: impl Fn(&ObjectName) -> bool,
) -> bool {
    match &touch.on {
        Touched::Relation(name) => !is_new(name),
        Touched::Database => true,
        // `REINDEX SCHEMA` and the like name no table: theirs are all there are.
        Touched::Unnamed if matches!(steps.get(touch.step), None | Some(Step::Inert { .. })) => true,
        Touched::Unnamed => {
            let same_step = prediction.touches.iter().filter(|other| other.step == touch.step);
            let mut named = same_step.filter_map(Touch::relation).peekable();
            named.peek().is_none() || named.any(|name| !is_new(name))
        }
    }
}

/// The relations that the file being read has made, so that nobody uses them yet.
#[derive(Debug, Clone, Default)]
pub struct Births {
    new: BTreeSet<ObjectName>,
    /// What was there before and was dropped since: a table that takes such a name takes its place, with its rows.
    gone: BTreeSet<ObjectName>,
}

impl Births {
    /// Also an index of a new table, which is named for itself.
    pub fn is_new(&self, relation: &ObjectName, schema: &Schema) -> bool {
        if self.new.is_empty() {
            return false;
        }
        if self.new.contains(relation) {
            return true;
        }
        match schema.table(relation) {
            // Perhaps in another spelling.
            Some(table) => self.new.contains(&table.name),
            // Looking for an index goes through all tables, so it is not done for what is one.
            None => schema.table_of_index(relation).is_some_and(|table| self.new.contains(table)),
        }
    }

    /// Takes note of a step, before it is taken on the schema.
    pub fn take(&mut self, step: &Step, before: &Schema) {
        match step {
            Step::CreateTable { table, .. } if before.table(&table.name).is_none() => {
                self.new.insert(table.name.clone());
            }
            Step::CreateObject { object, .. } if before.object(&object.id()).is_none() => {
                self.new.insert(object.id().name);
            }
            Step::RenameTable { from, to } => {
                let was_new = self.new.remove(from);
                if !was_new {
                    self.gone.insert(from.clone());
                } else if !self.gone.contains(to) {
                    self.new.insert(to.clone());
                }
            }
            Step::DropTable { table, .. } => {
                if !self.new.remove(table) {
                    self.gone.insert(table.clone());
                }
            }
            Step::CreateTable { .. }
            | Step::SetTableOptions { .. }
            | Step::RebuildTable { .. }
            | Step::AddColumn { .. }
            | Step::DropColumn { .. }
            | Step::RenameColumn { .. }
            | Step::SetColumnType { .. }
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
            | Step::DropObject { .. }
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
            | Step::ChangeData { .. }
            | Step::SetSession { .. }
            | Step::Inert { .. } => {}
        }
    }

    /// A relation that a statement makes which is not understood otherwise.
    pub fn take_unread(&mut self, made: NewRelation, before: &Schema, complete: bool) {
        let known = before.table(&made.name).is_some();
        // Where it may have been there before, IF NOT EXISTS may have made nothing.
        if !known && (complete || !made.if_not_exists) {
            self.new.insert(made.name);
        }
    }

    pub fn clear(&mut self) {
        self.new.clear();
        self.gone.clear();
    }
}
